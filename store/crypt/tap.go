package crypt

import "io"

// StepKind says what was done to a file.
type StepKind uint8

// What can be done to the files of a database. The numbers go over the network and never change.
const (
	StepMade    StepKind = 1 // opened, and made if it was not there
	StepWrote   StepKind = 2 // Data at At
	StepCut     StepKind = 3 // to At bytes, perhaps longer
	StepSynced  StepKind = 4
	StepRenamed StepKind = 5 // to To, in whose place it is put
	StepRemoved StepKind = 6
	StepFolder  StepKind = 7 // names in the file's folder made durable
)

// Step is one thing done to one file.
type Step struct {
	Kind StepKind
	Path string
	To   string // StepRenamed
	At   int64  // StepWrote, StepCut: bytes
	Data []byte // StepWrote; valid during the call
}

// Tap is told of everything done to the files of a mount's databases, in an order in which it may have been
// done: a step that began after another had ended comes after it. Who does the same elsewhere, in that order,
// has at every moment what a crash could have left here. It is called from any goroutine and does not use the
// mount.
type Tap interface {
	// Do calls do, which does the step, and takes note of it and of the error, with which nobody knows what
	// the file holds.
	Do(s Step, do func() error) error
}

// tapDisk tells a tap of what is done to the disk behind it.
type tapDisk struct {
	disk
	tap Tap
}

type tapFile struct {
	diskFile
	path string
	tap  Tap
}

var (
	_ disk     = tapDisk{}
	_ diskFile = tapFile{}
)

func (d tapDisk) open(path string, create bool) (f diskFile, err error) {
	if !create {
		f, err = d.disk.open(path, false)
	} else {
		err = d.tap.Do(Step{Kind: StepMade, Path: path}, func() (err error) {
			f, err = d.disk.open(path, true)
			return err
		})
	}
	if err != nil {
		return nil, err
	}
	return tapFile{f, path, d.tap}, nil
}

func (d tapDisk) remove(path string) error {
	return d.tap.Do(Step{Kind: StepRemoved, Path: path}, func() error { return d.disk.remove(path) })
}

func (d tapDisk) rename(from, to string) error {
	return d.tap.Do(Step{Kind: StepRenamed, Path: from, To: to}, func() error { return d.disk.rename(from, to) })
}

func (d tapDisk) syncDir(path string) error {
	return d.tap.Do(Step{Kind: StepFolder, Path: path}, func() error { return d.disk.syncDir(path) })
}

// lock is not told of: a lock belongs to a process.
func (d tapDisk) lock(path string) (io.Closer, error) { return d.disk.lock(path) }

// WriteAt implements io.WriterAt.
func (f tapFile) WriteAt(p []byte, off int64) (n int, err error) {
	err = f.tap.Do(Step{Kind: StepWrote, Path: f.path, At: off, Data: p}, func() (err error) {
		n, err = f.diskFile.WriteAt(p, off)
		return err
	})
	return n, err
}

// Truncate implements diskFile.
func (f tapFile) Truncate(size int64) error {
	return f.tap.Do(Step{Kind: StepCut, Path: f.path, At: size}, func() error { return f.diskFile.Truncate(size) })
}

// Sync implements diskFile.
func (f tapFile) Sync() error {
	return f.tap.Do(Step{Kind: StepSynced, Path: f.path}, f.diskFile.Sync)
}
