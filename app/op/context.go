package op

import (
	"context"

	"zafe/app/audit"
	"zafe/app/auth"
)

// Credential is what a caller proves itself with: the session token and, for a call from the LAN,
// the fingerprint of the device's key as TLS proved it ("" at the host's own keyboard). Away says that nobody is at
// the screen: what a program asks by itself keeps no session open.
type Credential struct {
	Token  string
	Device string
	Away   bool
}

type ctxKey int

const (
	credentialKey ctxKey = iota
	previewKey
	requestKey
	levelKey
	callKey
	actorKey
	allowedKey
)

// WithCredential returns a context whose calls carry c.
func WithCredential(ctx context.Context, c Credential) context.Context {
	return context.WithValue(ctx, credentialKey, c)
}

// CredentialOf returns the credential carried by ctx, or the zero one.
func CredentialOf(ctx context.Context) Credential {
	c, _ := ctx.Value(credentialKey).(Credential)
	return c
}

// WithPreview returns a context whose Command calls are rehearsed: same code, rolled back at the end.
func WithPreview(ctx context.Context) context.Context {
	return context.WithValue(ctx, previewKey, true)
}

// IsPreview tells whether the call is a rehearsal.
func IsPreview(ctx context.Context) bool { v, _ := ctx.Value(previewKey).(bool); return v }

// WithRequestID returns a context whose next Command carries the idempotency key id: one per user
// gesture, kept across resends, so that a lost answer never does the work twice.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey, id)
}

// RequestID returns the idempotency key carried by ctx, or "".
func RequestID(ctx context.Context) string { v, _ := ctx.Value(requestKey).(string); return v }

// WithLevel returns a context that carries the API level of the calling program.
func WithLevel(ctx context.Context, level int) context.Context {
	return context.WithValue(ctx, levelKey, level)
}

// levelOf returns the caller's API level; in-process callers are of this build.
func levelOf(ctx context.Context) int {
	if v, ok := ctx.Value(levelKey).(int); ok {
		return v
	}
	return Level
}

// AsSystem returns a context whose in-process calls run as the program itself, for jobs and set-up.
func AsSystem(ctx context.Context) context.Context { return AsActor(ctx, auth.System) }

// AsActor returns a context whose in-process calls run as a. It cannot come from the wire: the LAN
// server builds its contexts from scratch.
func AsActor(ctx context.Context, a auth.Actor) context.Context {
	return context.WithValue(ctx, actorKey, a)
}

// WithAllowed returns a context whose calls tell fn who makes them, once they may and before their work begins.
func WithAllowed(ctx context.Context, fn func(auth.Actor)) context.Context {
	return context.WithValue(ctx, allowedKey, fn)
}

// call is the running call's notebook: who, and what the handler says for the audit event.
type call struct {
	spec     *Spec
	req      any
	actor    auth.Actor
	event    audit.Event
	after    []func()
	listed   int         // rows of lists gone through
	second   auth.UserID // who lets it be done, of what needs two people
	skipped  bool        // the answer is a kept one: nothing was done this time
	recorded bool        // an Action wrote its event itself
	// lose keeps what is taken away or written over; nil for a rehearsal, and where nothing is kept.
	lose    func(ctx context.Context, l Lost) error
	refused *refused // that was too much
}

func callOf(ctx context.Context) *call { c, _ := ctx.Value(callKey).(*call); return c }

// Actor returns who performs the running call. Outside a call it is nobody, who may do nothing.
func Actor(ctx context.Context) auth.Actor {
	if c := callOf(ctx); c != nil {
		return c.actor
	}
	return auth.Actor{}
}

// Note names the subject of the running Command for its audit event; digest is the hex SHA-256 of
// the subject's legally relevant content or "", payload a canonical JSON object or "".
func Note(ctx context.Context, kind string, id int64, digest, payload string) {
	if c := callOf(ctx); c != nil {
		c.event.SubjectKind, c.event.SubjectID = kind, id
		c.event.Digest, c.event.Payload = digest, payload
	}
}

// NoteActor attributes the running call's event to a: a login starts as nobody and ends as someone.
func NoteActor(ctx context.Context, a auth.Actor) {
	if c := callOf(ctx); c != nil {
		c.actor = a
	}
}

// AfterCommit runs fn once the running Command has committed; never for a preview or a failure.
func AfterCommit(ctx context.Context, fn func()) {
	if c := callOf(ctx); c != nil {
		c.after = append(c.after, fn)
	}
}

// screenRows is how many rows of a list, from its top, somebody sees who looks for something. Whoever asks for those
// further down goes through the list.
const screenRows = 200

// Listed says that the running Query answers with n rows of a list, from one on.
func Listed(ctx context.Context, from, n int) {
	if c := callOf(ctx); c != nil {
		c.listed += max(0, from+n-max(from, screenRows))
	}
}

// ListedFurther says the same of a page that goes on where another ended, wherever that was.
func ListedFurther(ctx context.Context, further bool, n int) {
	if further {
		Listed(ctx, screenRows, n)
		return
	}
	Listed(ctx, 0, n)
}

// EventID is the number in the journal of the event of the running Stream, which is there before the first byte.
func EventID(ctx context.Context) int64 {
	if c := callOf(ctx); c != nil {
		return c.event.ID
	}
	return 0
}
