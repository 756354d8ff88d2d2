package audit

// Chain follows events from the first on: none missing, none changed, each bound to the one before. The zero
// Chain stands before the first.
type Chain struct {
	Events int64 // that hold
	Head   Hash  // of the last of them
}

// Next takes the event that comes next. It is false for one that is not the next link, and takes nothing
// then: the first broken link is number Events+1.
func (c *Chain) Next(e Event) bool {
	if e.ID != c.Events+1 || e.Prev != c.Head || e.Seal() != e.Hash {
		return false
	}
	c.Events, c.Head = e.ID, e.Hash
	return true
}

// Journal gives the events after a number, in order, until fn fails.
type Journal interface {
	EachEvent(after int64, fn func(Event) error) error
}

// Walk follows a whole journal and tells each after every link that holds. It ends at the first broken one,
// of which Broken gives the number.
func Walk(j Journal, each func(Chain)) (c Chain, err error) {
	err = j.EachEvent(0, func(e Event) error {
		if !c.Next(e) {
			return Broken(c.Events + 1)
		}
		each(c)
		return nil
	})
	return c, err
}

// Broken is the number of the first event that is not what was written. It is an error of [Walk].
type Broken int64

// Error implements error.
func (Broken) Error() string { return "audit: the chain is broken" }
