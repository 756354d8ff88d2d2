package backup

// Marks tell what the pages of a book hold, without reading them: a page of the same file with the same mark, other
// than 0, holds the same.
type Marks struct {
	File  string
	Pages []uint64 // of each page, the first one first; 0: not known
}
