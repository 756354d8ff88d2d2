package crypt

import (
	"sync"
	"unsafe"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	sqlite3 "modernc.org/sqlite/lib"
)

// pageCache holds the pages of one connection's database, in the clear, in place of SQLite's own cache: that one
// keeps what it knows of a page behind its content, where looking through it misses the processor's caches at each
// step, and asks for a block of memory per page, which is twice the page once rounded up. Here pages lie side by
// side and what is known of them in a small table, which pays for the opening of a sealed page. Pages that go are
// wiped when the database is closed.
//
// SQLite calls it through the functions below, one at a time (https://sqlite.org/c3ref/pcache_methods2.html).
type pageCache struct {
	pageSize, extraSize int
	purgeable           bool // pages can be read again: those that are not in use may go
	limit               int  // pages to hold, when not all are in use

	held, idle int     // pages in the cache, and those of them that are not in use
	highest    uint32  // no page has a higher number
	frames     []frame // the first is not a page, but both ends of the list of idle pages
	buckets    []int32 // first frame of each hash, 0 if none; as many as a power of two
	free       int32   // first frame without a page, 0 if none
	blocks     []block
}

// frame is the place of one page.
type frame struct {
	slot         uintptr // *pageSlot
	number       uint32  // of the page, as SQLite counts
	next         int32   // in the bucket, or of the free ones; 0 ends it
	older, newer int32   // in the list of idle pages; newer is inUse when it is not there
}

// inUse marks a frame whose page SQLite holds a pointer to.
const inUse = -1

// pageSlot is what SQLite knows a page by, and behind it as many bytes of SQLite's own as it asked for.
type pageSlot struct {
	page  sqlite3.Tsqlite3_pcache_page
	frame int64
}

// block is memory for frames.
type block struct {
	memory       uintptr
	pages, slots uintptr // where they begin
	frames, used int
}

// The numbers of frames in a block: few at first, as many temporary tables have a few pages only.
const firstBlock, largestBlock = 6, 512

// pageCaches are all of them, by the numbers SQLite has for pointers.
var pageCaches table[pageCache]

// ownCache is SQLite's own cache.
var ownCache sqlite3.Tsqlite3_pcache_methods2

// installPageCache makes SQLite use it, which is possible only before anything else. A program that has already
// opened a database otherwise keeps SQLite's own cache, and loses nothing but time.
var installPageCache = sync.OnceFunc(func() {
	tls := libc.NewTLS()
	defer tls.Close()
	methods := libc.Xcalloc(tls, 1, types.Size_t(unsafe.Sizeof(sqlite3.Tsqlite3_pcache_methods2{})))
	list := libc.Xmalloc(tls, types.Size_t(unsafe.Sizeof(uintptr(0))))
	if methods == 0 || list == 0 {
		return
	}
	defer libc.Xfree(tls, methods) // SQLite keeps a copy
	defer libc.Xfree(tls, list)
	if sqlite3.Xsqlite3_config(tls, sqlite3.SQLITE_CONFIG_GETPCACHE2, libc.VaList(list, methods)) != sqlite3.SQLITE_OK {
		return
	}
	ownCache = *(*sqlite3.Tsqlite3_pcache_methods2)(at(methods))
	*(*sqlite3.Tsqlite3_pcache_methods2)(at(methods)) = sqlite3.Tsqlite3_pcache_methods2{
		FiVersion:   1,
		FxInit:      funcAddr(cacheInit),
		FxShutdown:  funcAddr(cacheShutdown),
		FxCreate:    funcAddr(cacheCreate),
		FxCachesize: funcAddr(cacheResize),
		FxPagecount: funcAddr(cacheCount),
		FxFetch:     funcAddr(cacheFetch),
		FxUnpin:     funcAddr(cacheUnpin),
		FxRekey:     funcAddr(cacheRekey),
		FxTruncate:  funcAddr(cacheTruncate),
		FxDestroy:   funcAddr(cacheDestroy),
		FxShrink:    funcAddr(cacheShrink),
	}
	sqlite3.Xsqlite3_config(tls, sqlite3.SQLITE_CONFIG_PCACHE2, libc.VaList(list, methods))
})

// cacheInit begins SQLite's own cache too: it is not asked for pages, but SQLite takes its working pages from it all
// the same, and its lock is what keeps two connections from counting them at once.
func cacheInit(tls *libc.TLS, arg uintptr) int32 {
	return (*(*func(*libc.TLS, uintptr) int32)(unsafe.Pointer(&struct{ f uintptr }{ownCache.FxInit})))(tls, arg) //nolint:gosec // as SQLite itself calls it
}

func cacheShutdown(tls *libc.TLS, arg uintptr) {
	(*(*func(*libc.TLS, uintptr))(unsafe.Pointer(&struct{ f uintptr }{ownCache.FxShutdown})))(tls, arg) //nolint:gosec // as above
}

func cacheCreate(_ *libc.TLS, pageSize, extraSize, purgeable int32) uintptr {
	return pageCaches.add(newPageCache(int(pageSize), int(extraSize), purgeable != 0))
}

func cacheResize(_ *libc.TLS, p uintptr, limit int32) { pageCaches.get(p).resize(int(limit)) }

func cacheCount(_ *libc.TLS, p uintptr) int32 { return int32(pageCaches.get(p).held) }

func cacheFetch(tls *libc.TLS, p uintptr, number uint32, create int32) uintptr {
	return pageCaches.get(p).fetch(tls, number, create)
}

func cacheUnpin(_ *libc.TLS, p, slot uintptr, discard int32) {
	pageCaches.get(p).unpin(slot, discard != 0)
}

func cacheRekey(_ *libc.TLS, p, slot uintptr, _, number uint32) {
	pageCaches.get(p).rekey(slot, number)
}

func cacheTruncate(_ *libc.TLS, p uintptr, from uint32) { pageCaches.get(p).truncate(from) }

func cacheDestroy(tls *libc.TLS, p uintptr) {
	pageCaches.get(p).release(tls)
	pageCaches.remove(p)
}

func cacheShrink(tls *libc.TLS, p uintptr) { pageCaches.get(p).shrink(tls) }

func newPageCache(pageSize, extraSize int, purgeable bool) *pageCache {
	return &pageCache{
		pageSize: pageSize, extraSize: extraSize, purgeable: purgeable,
		frames: make([]frame, 1, firstBlock+1), buckets: make([]int32, 256),
	}
}

// resize sets how many pages to hold.
func (c *pageCache) resize(limit int) {
	c.limit = limit
	c.evict(limit)
}

// evict lets idle pages go, those first that were idle longest, until no more than a number are held.
func (c *pageCache) evict(limit int) {
	for c.purgeable && c.held > limit && c.idle > 0 {
		c.drop(c.frames[0].newer)
	}
}

// fetch is the slot of a page, in use from now on. If the page is not there: 0 when create is 0; a new slot, unless
// that takes room that others may need, when it is 1; a new slot unless there is no memory when it is 2.
func (c *pageCache) fetch(tls *libc.TLS, number uint32, create int32) uintptr {
	for i := *c.bucket(number); i != 0; i = c.frames[i].next {
		if f := &c.frames[i]; f.number == number {
			if f.newer != inUse {
				c.use(i)
			}
			return f.slot
		}
	}
	if create == 0 || create == 1 && c.held-c.idle >= c.limit*9/10 {
		return 0
	}
	if c.purgeable && c.idle > 0 && c.held+1 >= c.limit {
		c.drop(c.frames[0].newer)
	}
	i := c.place(tls)
	if i == 0 {
		return 0
	}
	if c.held++; c.held > len(c.buckets) {
		c.grow()
	}
	f, first := &c.frames[i], c.bucket(number)
	f.number, f.next, f.newer = number, *first, inUse
	*first = i
	c.highest = max(c.highest, number)
	*(*uintptr)(at((*pageSlot)(at(f.slot)).page.FpExtra)) = 0 // SQLite's mark of a slot that it has yet to fill
	return f.slot
}

// unpin says that SQLite has no pointer to a page any more, and whether it will want the page again.
func (c *pageCache) unpin(slot uintptr, discard bool) {
	i := slotFrame(slot)
	if discard || c.purgeable && c.held > c.limit {
		c.drop(i)
		return
	}
	newest := c.frames[0].older
	c.frames[i].older, c.frames[i].newer = newest, 0
	c.frames[newest].newer, c.frames[0].older = i, i
	c.idle++
}

// rekey gives a page another number; the page that had it goes.
func (c *pageCache) rekey(slot uintptr, number uint32) {
	i := slotFrame(slot)
	for j := *c.bucket(number); j != 0; j = c.frames[j].next {
		if c.frames[j].number == number && j != i {
			c.drop(j)
			break
		}
	}
	c.unlink(i)
	first := c.bucket(number)
	c.frames[i].number, c.frames[i].next = number, *first
	*first = i
	c.highest = max(c.highest, number)
}

// truncate lets all pages go from a number on, in use or not.
func (c *pageCache) truncate(from uint32) {
	if c.held == 0 || from > c.highest {
		return
	}
	if int64(c.highest)-int64(from) < int64(len(c.buckets)) { // the usual case: the last few
		for number := int64(from); number <= int64(c.highest); number++ {
			for i := *c.bucket(uint32(number)); i != 0; i = c.frames[i].next {
				if c.frames[i].number == uint32(number) {
					c.drop(i)
					break
				}
			}
		}
	} else {
		for b := range c.buckets {
			for i := c.buckets[b]; i != 0; {
				next := c.frames[i].next
				if c.frames[i].number >= from {
					c.drop(i)
				}
				i = next
			}
		}
	}
	c.highest = max(from, 1) - 1
}

// shrink lets go what is not in use; the memory if nothing is. What a large transaction took beyond the limit otherwise
// stays until the database is closed: SQLite writes dirty pages out before, so that it is little.
func (c *pageCache) shrink(tls *libc.TLS) {
	if c.evict(0); c.held == 0 {
		c.release(tls)
	}
}

// release wipes all pages and gives the memory back.
func (c *pageCache) release(tls *libc.TLS) {
	c.wipe()
	for _, b := range c.blocks {
		sqlite3.Xsqlite3_free(tls, b.memory)
	}
	limit := c.limit
	*c = *newPageCache(c.pageSize, c.extraSize, c.purgeable)
	c.limit = limit
}

// wipe leaves nothing of any page.
func (c *pageCache) wipe() {
	for _, b := range c.blocks {
		clear(bytesAt(b.pages, b.used*c.pageSize))
	}
}

// bucket is where the list of the pages with a page's hash begins.
func (c *pageCache) bucket(number uint32) *int32 {
	return &c.buckets[number&uint32(len(c.buckets)-1)]
}

// use takes a frame from the list of idle ones.
func (c *pageCache) use(i int32) {
	f := &c.frames[i]
	c.frames[f.older].newer, c.frames[f.newer].older = f.newer, f.older
	f.newer = inUse
	c.idle--
}

// unlink takes a frame from its bucket.
func (c *pageCache) unlink(i int32) {
	p := c.bucket(c.frames[i].number)
	for *p != i {
		p = &c.frames[*p].next
	}
	*p = c.frames[i].next
}

// drop empties a frame.
func (c *pageCache) drop(i int32) {
	if c.frames[i].newer != inUse {
		c.use(i)
	}
	c.unlink(i)
	c.frames[i].next, c.free = c.free, i
	c.held--
}

// place is a frame without a page, which is no longer among the free ones; 0 if there is no memory.
func (c *pageCache) place(tls *libc.TLS) int32 {
	if i := c.free; i != 0 {
		c.free = c.frames[i].next
		return i
	}
	if len(c.blocks) == 0 || c.blocks[len(c.blocks)-1].used == c.blocks[len(c.blocks)-1].frames {
		if !c.allocate(tls) {
			return 0
		}
	}
	b := &c.blocks[len(c.blocks)-1]
	i := int32(len(c.frames))
	slot := b.slots + uintptr(b.used*c.slotSize())
	*(*pageSlot)(at(slot)) = pageSlot{
		page: sqlite3.Tsqlite3_pcache_page{
			FpBuf: b.pages + uintptr(b.used*c.pageSize), FpExtra: slot + unsafe.Sizeof(pageSlot{}),
		},
		frame: int64(i),
	}
	b.used++
	c.frames = append(c.frames, frame{slot: slot})
	return i
}

// allocate takes memory for more frames and reports whether there is any. Pages begin where the processor's do.
func (c *pageCache) allocate(tls *libc.TLS) bool {
	n := firstBlock
	if len(c.blocks) > 0 {
		n = min(2*c.blocks[len(c.blocks)-1].frames, largestBlock)
	}
	memory := sqlite3.Xsqlite3_malloc64(tls, sqlite3.Tsqlite3_uint64(pageSize-1+n*(c.pageSize+c.slotSize())))
	if memory == 0 {
		return false
	}
	pages := (memory + pageSize - 1) &^ (pageSize - 1)
	c.blocks = append(c.blocks, block{memory: memory, pages: pages, slots: pages + uintptr(n*c.pageSize), frames: n})
	return true
}

// slotSize is the size of a slot with SQLite's bytes, so that each begins with a line of the processor's cache.
func (c *pageCache) slotSize() int { return (int(unsafe.Sizeof(pageSlot{})) + c.extraSize + 63) &^ 63 }

// grow doubles the buckets.
func (c *pageCache) grow() {
	old := c.buckets
	c.buckets = make([]int32, 2*len(old))
	for _, i := range old {
		for i != 0 {
			f := &c.frames[i]
			first := c.bucket(f.number)
			next := f.next
			f.next, *first = *first, i
			i = next
		}
	}
}

func slotFrame(slot uintptr) int32 { return int32((*pageSlot)(at(slot)).frame) }
