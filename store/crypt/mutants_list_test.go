package crypt

const (
	cutTests   = "TestKilledThenCut|TestCreateCut|TestKeysPowerCut|TestPowerCut"
	workTests  = "TestKilledThenWorkedThenCut|TestTornHeaderThenWorkedThenCut"
	bindTests  = "TestBinding|TestLedgerChain|TestSlotAAD"
	cacheTests = "TestPageCache.*"
	ruleTests  = "TestTamper|TestReplay|TestKeysForged|TestKeysEdit|TestFailedCommit|TestKilledCheckpoint|TestFlip"
)

// flushMutants leave out one flush each.
var flushMutants = []mutant{
	{"pages are not flushed before the ledger knows of them", "page.go", []edit{
		{"if err := d.f.Sync(); err != nil {", "if err := error(nil); err != nil {"},
	}, cutTests},
	{"records of the ledger are not flushed", "ledger.go", []edit{
		{"if err := l.f.Sync(); err != nil {\n\t\treturn errors", "if err := error(nil); err != nil {\n\t\treturn errors"},
	}, cutTests},
	{"the ledger is not flushed before it is believed", "ledger.go", []edit{
		{"if err := l.f.Sync(); err != nil {\n\t\treturn nil, nil,", "if err := error(nil); err != nil {\n\t\treturn nil, nil,"},
	}, cutTests},
	{"a file is not flushed before it is renamed", "disk.go", []edit{
		{"\t\terr = f.Sync()\n", "\t\t_ = f.Sync\n"},
	}, cutTests},
	{"a renamed file's folder is not flushed", "disk.go", []edit{
		{"return d.syncDir(path)\n", "return nil\n"},
	}, cutTests},
	{"a new database is not flushed", "image.go", []edit{
		{"return versions, f.Sync()", "return versions, nil"},
	}, cutTests},
	{"a new database's folder is not flushed", "image.go", []edit{
		{"return m.disk.syncDir(dst)", "return nil"},
	}, cutTests},
	{"a new log's folder is not flushed", "wal.go", []edit{
		{"syncDir(w.db.path); err != nil {\n\t\t\treturn nil", "size(w.db.path); err != nil {\n\t\t\treturn nil"},
		{"\t\tif err := w.db.m.disk.size", "\t\tif _, err := w.db.m.disk.size"},
	}, cutTests},
	{"an emptied log is not flushed", "wal.go", []edit{
		{"errors.Join(w.f.Truncate(0), w.f.Sync())", "errors.Join(w.f.Truncate(0))"},
	}, "TestAnEmptiedLog"},
	{"a log's header is not flushed", "wal.go", []edit{
		{"if err := w.f.Sync(); err != nil {\n\t\treturn err\n\t}\n\tw.onDisk", "w.onDisk"},
	}, "TestTwoHeaders"},
	{"frames are not flushed", "wal.go", []edit{
		{"if err := w.f.Sync(); err != nil {\n\t\t\tw.lost()", "if err := error(nil); err != nil {\n\t\t\tw.lost()"},
	}, cutTests},
	{"a log of unknown header is not flushed when emptied", "wal.go", []edit{
		{"errors.Join(f.Truncate(0), f.Sync(), f.Close())", "errors.Join(f.Truncate(0), f.Close())"},
	}, "TestFailedHeader"},
	{"frames found on opening are not flushed", "walscan.go", []edit{
		{"if err := f.Sync(); err != nil {", "if err := error(nil); err != nil {"},
	}, cutTests},
	{"an emptied log found on opening is not flushed", "walscan.go", []edit{
		{"return missing\n\t\t}\n\t\treturn f.Sync()", "return missing\n\t\t}\n\t\treturn nil"},
	}, workTests},
	{"a torn header found on opening is not flushed", "walscan.go", []edit{
		{"What: \"header does not open\"})\n\t\treturn f.Sync()", "What: \"header does not open\"})\n\t\treturn nil"},
	}, workTests},
	{"that there is no log is not flushed before the ledger is made anew", "rebaseline.go", []edit{
		{"return v, m.disk.syncDir(path) //", "return v, nil //"},
	}, "TestRebaselineWithoutItsLog"},
	{"an emptied log is not flushed before the ledger is made anew", "rebaseline.go", []edit{
		{"return v, f.Sync()\n", "return v, nil\n"},
	}, "TestRebaselineWithoutItsLog"},
	{"a checkpoint goes on where it was after a flush that failed", "page.go", []edit{
		{"\t\td.shm.again()\n", ""},
	}, "TestACheckpointInTwoWhoseFlushFails"},
}

// orderMutants turn round one order of FORMAT.md, "Order of writing", each.
var orderMutants = []mutant{
	{"1. the ledger knows of pages before they are flushed", "page.go", []edit{
		{"if err := d.f.Sync(); err != nil {\n\t\td.shm.again()\n\t\td.doubt(d.dirty...)\n\t\treturn err\n\t}\n\td.versionMu.RLock()", "d.versionMu.RLock()"},
		{"d.dirty = d.dirty[:0]", "_ = d.f.Sync()\n\td.dirty = d.dirty[:0]"},
	}, cutTests},
	{"2. the file is cut before the ledger knows", "page.go", []edit{
		{"if st, _ := d.ledgerNow(); n < max(", "if n < d.pages.Load() {\n\t\tif err := d.f.Truncate(size); err != nil {\n" +
			"\t\t\treturn err\n\t\t}\n\t}\n\tif st, _ := d.ledgerNow(); n < max("},
	}, cutTests},
	{"2. the ledger does not learn of a shorter length", "page.go", []edit{
		{"n < max(st.pages, d.pages.Load()) {", "false && n < st.pages {"},
	}, cutTests},
	{"2. a ledger that failed is not asked", "page.go", []edit{
		{"n < max(st.pages, d.pages.Load()) {", "n < st.pages {"},
	}, "TestFailedRecord"},
	{"3. a log's header is written before the ledger knows", "wal.go", []edit{
		{
			"err := w.db.record(nil, func(st *ledgerState) {\n\t\tst.gen, st.prev, st.frames, st.live, st.relaxed = gen,",
			"var err error\n\tlater := func() error { return w.db.record(nil, func(st *ledgerState) {\n" +
				"\t\tst.gen, st.prev, st.frames, st.live, st.relaxed = gen,",
		},
		{
			"w.onDisk, 0, false, false\n\t})\n\tif err != nil {\n\t\treturn err\n\t}\n\tw.reset(gen)",
			"w.onDisk, 0, false, false\n\t}) }\n\tif err != nil {\n\t\treturn err\n\t}\n\tw.reset(gen)",
		},
		{"w.onDisk, w.unsure = gen, false\n\treturn nil", "w.onDisk, w.unsure = gen, false\n\treturn later()"},
	}, cutTests},
	{"3. the generation before is not noted", "wal.go", []edit{
		{"st.relaxed = gen, w.onDisk,", "st.relaxed = gen, id{},"},
	}, cutTests},
	{"4. the ledger calls a log live before its frames are flushed", "wal.go", []edit{
		{"if err := w.f.Sync(); err != nil {\n\t\t\tw.lost()", "w.mu.Lock()\n\tif commit > w.synced && !w.live {\n" +
			"\t\tw.synced = commit\n\t\t_ = w.enliven()\n\t\tw.synced = 0\n\t}\n\tw.mu.Unlock()\n" +
			"\tif err := w.f.Sync(); err != nil {\n\t\t\tw.lost()"},
	}, cutTests},
	{"4. a commit is confirmed before the log is called live", "wal.go", []edit{
		{"if w.live {\n\t\treturn nil\n\t}\n\treturn w.enliven()", "if w.live {\n\t\treturn nil\n\t}\n\treturn nil"},
	}, ruleTests},
	{"5. a log is emptied before the ledger knows", "wal.go", []edit{
		{"if size == 0 {\n", "if size == 0 {\n\t\t_, _ = w.f.Truncate(0), w.f.Sync()\n"},
	}, cutTests},
	{"5. a log is deleted before the ledger knows", "wal.go", []edit{
		{
			"\tif err := w.forget(); err != nil {\n\t\treturn err\n\t}\n\tif err := w.db.m.disk.remove",
			"\tdefer func() { _ = w.forget() }()\n\tif err := w.db.m.disk.remove",
		},
	}, cutTests},
	{"5. that a deleted log may come back is not noted", "wal.go", []edit{
		{"st.relaxed = id{}, w.onDisk,", "st.relaxed = id{}, id{},"},
	}, cutTests},
	{"6. frames after a commit that is not flushed need no record", "wal.go", []edit{
		{"err := w.db.record(nil, func(st *ledgerState) { st.relaxed = true })", "var err error"},
	}, cutTests},
	{"6. the record follows the frame", "walhandle.go", []edit{
		{"if err := h.w.admit(n, be.Uint32(head)); err != nil {\n\t\treturn err\n\t}\n", ""},
		{
			"_, err := h.w.f.WriteAt(h.scratch[:], recordAt(n))\n\treturn err",
			"if _, err := h.w.f.WriteAt(h.scratch[:], recordAt(n)); err != nil {\n\t\treturn err\n\t}\n\treturn h.w.admit(n, be.Uint32(head))",
		},
	}, "TestRelaxedCut"},
	{"a new database appears before its ledger", "image.go", []edit{
		{"if err == nil {\n\t\t// The ledger first", "if err == nil {\n\t\tif err = m.disk.rename(tmp, dst); err != nil {\n" +
			"\t\t\treturn err\n\t\t}\n\t\t// The ledger first"},
		{"\tif err == nil {\n\t\terr = m.disk.rename(tmp, dst)\n\t}\n", ""},
	}, cutTests},
	{"the key file's copy is written first and the file not at all", "keyfile.go", []edit{
		{"if err := replaceFile(k.disk, k.path, data); err != nil {\n\t\treturn err\n\t}\n", ""},
	}, "TestKeysEdit|TestKeysFlip|TestKeysUnlock|TestTamper"},
}

// bindingMutants free a sealed record of one thing it is bound to. The tests of the whole would notice
// most of them by the ledger; each line of defence has to stand alone.
var bindingMutants = []mutant{
	{"a page: role and version", "format.go", []edit{{`"zafe-db\x01"`, `"zafe-xx\x02"`}}, "TestGoldenV1"},
	{"a page: file identity", "format.go", []edit{
		{"copy(a[8:], file[:])\n\treturn a", "copy(a[8:], make([]byte, len(file)))\n\treturn a"},
	}, bindTests},
	{"a page: its number", "format.go", []edit{{"be.PutUint32(a[24:], n)", "_ = n"}}, bindTests},
	{"the first page: the identity in the clear", "format.go", []edit{
		{"if [idSize]byte(page) != [idSize]byte(aad[8:24]) {", "if false {"},
	}, "TestFlip|TestBinding"},
	{"a frame: role and version", "format.go", []edit{{`"zafe-wf\x01"`, `"zafe-xx\x02"`}}, "TestGoldenV1"},
	{"a frame: file identity", "format.go", []edit{
		{"copy(a[8:], file[:])\n\tcopy(a[24:], gen[:])", "copy(a[24:], gen[:])"},
	}, bindTests},
	{"a frame: generation", "format.go", []edit{{"copy(a[24:], gen[:])", "_ = gen"}}, bindTests},
	{"a frame: its number", "format.go", []edit{{"be.PutUint32(a[40:], n)", "_ = n"}}, bindTests},
	{"a frame: the first of its transaction", "format.go", []edit{
		{"be.PutUint32(a[44:], first)", "_ = first"},
	}, bindTests},
	{"a frame: what it says in the clear", "walscan.go", []edit{{"!claims || ", ""}}, ruleTests},
	{"a log's header: all in the clear", "wal.go", []edit{
		{"s.seal(raw[56:], h, raw[:56])", "s.seal(raw[56:], h, nil)"},
		{"raw[56:walHeader], raw[:56])", "raw[56:walHeader], nil)"},
	}, bindTests},
	{"a log's header: file identity", "wal.go", []edit{
		{"s.seal(raw[56:], h, raw[:56])", "s.seal(raw[56:], h, append(raw[:24:24], raw[40:56]...))"},
		{"raw[56:walHeader], raw[:56])", "raw[56:walHeader], append(raw[:24:24], raw[40:56]...))"},
	}, bindTests},
	{"a log's header: generation", "wal.go", []edit{
		{"s.seal(raw[56:], h, raw[:56])", "s.seal(raw[56:], h, raw[:40])"},
		{"raw[56:walHeader], raw[:56])", "raw[56:walHeader], raw[:40])"},
	}, bindTests},
	{"a record of the ledger: header", "ledger.go", []edit{
		{"a = append(a, l.header[:]...)\n", ""},
	}, bindTests},
	{"a record of the ledger: number", "ledger.go", []edit{
		{"a = be.AppendUint64(a, seq)", "_ = seq"},
	}, bindTests},
	{"a record of the ledger: the one before", "ledger.go", []edit{
		{"return append(a, l.prev[:]...)", "return a"},
	}, bindTests},
	{"a record of the ledger: its place in the order", "ledger.go", []edit{
		{"if l.seq != 0 && seq != l.seq+1 || seq == 0 {", "if false {"},
		{"a = be.AppendUint64(a, seq)", "_ = seq"},
		{"return append(a, l.prev[:]...)", "return a"},
	}, bindTests},
	{"a slot: role and version", "keys.go", []edit{{`"zafe-ks\x01"`, `"zafe-xx\x02"`}}, "TestGoldenV1"},
	{"a slot: its number", "keys.go", []edit{{"a = be.AppendUint32(a, uint32(s.ID))\n", ""}}, bindTests},
	{"a slot: the book", "keys.go", []edit{{"{book, s.Kind, s.Label,", "{s.Kind, s.Label,"}}, bindTests},
	{"a slot: its kind", "keys.go", []edit{{"{book, s.Kind, s.Label,", "{book, s.Label,"}}, bindTests},
	{"a slot: its label", "keys.go", []edit{{"{book, s.Kind, s.Label,", "{book, s.Kind,"}}, bindTests},
	{"a slot: its salt", "keys.go", []edit{{"s.Label, string(s.Salt)}", "s.Label}"}}, bindTests},
	{"a slot: where one text ends", "keys.go", []edit{
		{"a = be.AppendUint32(a, uint32(len(v)))\n", ""},
	}, bindTests},
	{"a slot: passes", "keys.go", []edit{{"a = be.AppendUint32(a, s.Time)\n", ""}}, bindTests},
	{"a slot: memory", "keys.go", []edit{{"a = be.AppendUint32(a, s.Memory)\n", ""}}, bindTests},
	{"a slot: threads", "keys.go", []edit{{"return append(a, s.Lanes)", "return a"}}, bindTests},
	{"a slot: its kind in the derivation", "keys.go", []edit{
		{`"zafe/1/slot/"+s.Kind`, `"zafe/1/slot/"`},
	}, "TestGoldenV1"},
	{"the key file: authentication code", "keyfile.go", []edit{
		{"if !hmac.Equal(doc.MAC, doc.mac(root)) {", "if false {"},
	}, ruleTests},
	{"the key file: slots", "keyfile.go", []edit{
		{"c.MAC, c.Sum = nil, nil", "c.MAC, c.Sum, c.Slots = nil, nil, nil"},
	}, ruleTests},
	{"the key file: number of changes", "keyfile.go", []edit{
		{"c.MAC, c.Sum = nil, nil", "c.MAC, c.Sum, c.Gen = nil, nil, 0"},
	}, ruleTests},
	{"nonces: the tail is not drawn anew", "xaes.go", []edit{
		{"fillRandom(nonce[prefixSize:])", "_ = nonce"},
	}, "TestNonces"},
	{"nonces: the prefix is no random one", "xaes.go", []edit{
		{"fillRandom(p[:])", "_ = p"},
	}, "TestNonces"},
	{"nonces: the prefix is kept for ever", "xaes.go", []edit{{"\ts.left--\n", ""}}, "TestNonces"},
}

// ruleMutants do not apply one rule of what is accepted or refused.
var ruleMutants = []mutant{
	{"an older version of a page is read", "page.go", []edit{
		{" && d.versions[n-1] == version", " && version != 0"},
	}, ruleTests},
	{"a refused older page reaches SQLite", "page.go", []edit{
		{"clear(p)\n\t\treturn f.fault(n, \"not its latest", "return f.fault(n, \"not its latest"},
	}, "TestRefusedPageIsBlank"},
	{"older versions are not verified", "verify.go", []edit{
		{"version != d.versions[no-1]", "version == 0"},
	}, "TestVerifyOlder"},
	{"a page is forgiven after it was repaired", "page.go", []edit{
		{"delete(d.torn, n)\n", "_ = d.torn\n"},
	}, "TestRepairedPage"},
	{"a page that a crash tore is not forgiven", "verify.go", []edit{
		{"case d.torn[no]:", "case false:"},
	}, cutTests},
	{"fewer pages than the ledger says", "database.go", []edit{
		{"case size/pageSize < int64(pages):", "case false:"},
	}, ruleTests},
	{"an empty database file", "database.go", []edit{{"case size == 0:", "case false:"}}, ruleTests},
	{"a database without a ledger", "database.go", []edit{
		{"if size > 0 {\n\t\t\treturn d.withoutLedger", "if false {\n\t\t\treturn d.withoutLedger"},
	}, ruleTests},
	{"a log without database and ledger", "database.go", []edit{
		{"d.m.disk.size(d.path + walSuffix); err == nil {", "d.m.disk.size(d.path + walSuffix); false && err == nil {"},
	}, "TestLogAlone"},
	{"a live log that is gone", "walscan.go", []edit{
		{"if st.live {\n\t\t\treturn missing\n", "if false {\n\t\t\treturn missing\n"},
	}, ruleTests},
	{"a live log that is empty", "walscan.go", []edit{
		{"if st.live {\n\t\t\tmissing.What", "if false {\n\t\t\tmissing.What"},
	}, ruleTests},
	{"an older log in place of a live one", "walscan.go", []edit{
		{"case st.live && ok:", "case false:"}, {"case st.live:\n", "case false:\n"}, {"case ok:\n", "case false:\n"},
	}, ruleTests},
	{"a live log with a damaged header", "walscan.go", []edit{
		{"case st.live:\n", "case false:\n"},
	}, ruleTests},
	{"an older log beside a closed database", "walscan.go", []edit{
		{"case ok:\n", "case false:\n"},
	}, ruleTests},
	{"the log before may still be there", "walscan.go", []edit{
		{"case ok && gen == st.prev:", "case false:"},
	}, ruleTests},
	{"frames the ledger knows of are missing", "walscan.go", []edit{
		{"w.commit < st.frames || ", ""},
	}, ruleTests},
	{"a live log without a commit", "walscan.go", []edit{
		{" || st.live && w.commit == 0 {", " {"},
	}, "TestLiveWithoutCommit"},
	{"a transaction began behind the damage", "walscan.go", []edit{
		{"body != nil && first > end {", "body != nil && first == 0 {"},
	}, ruleTests},
	{"a log taken without its ledger is not checked", "rebaseline.go", []edit{
		{"if err := r.whole(path, x.end, frames); err != nil {", "if err != nil {"},
	}, "TestRebaselineMixes"},
	{"a log taken without its ledger binds nobody", "rebaseline.go", []edit{
		{"frames: x.commit, live: x.commit != 0}", "relaxed: true}"},
	}, "TestRebaselineBinds"},
	{"a log taken without its ledger ends before what is in the database", "rebaseline.go", []edit{
		{"mixed = mixed || inLog && last != lost", "mixed = inLog && last == lost"},
	}, "TestTamper"},
	{"a log taken without its ledger is not flushed", "rebaseline.go", []edit{
		{"errors.Join(err, f.Sync())", "err"},
	}, "TestRebaselineFlushes"},
	{"pages taken without their ledger are not flushed", "rebaseline.go", []edit{
		{"return versions, f.Sync()", "return versions, nil"},
	}, "TestRebaselineFlushes"},
	{"damage of a relaxed log is refused as any other", "walscan.go", []edit{
		{"if !w.relax {", "if w != nil {"},
	}, cutTests},
	{"frames that do not continue the checksum", "walscan.go", []edit{
		{" || !sum.next(body) {", " || !sum.next(body) && false {"},
	}, "TestFailedCommit"},
	{"a frame that hides what it is is not told of", "walscan.go", []edit{
		{"x.damaged, err = r.altered(x.end, x.commit+1)", "_, err = r.altered(x.end, x.commit+1)"},
	}, "TestFlip$"},
	{"a cut log is told of", "walscan.go", []edit{
		{"if x.torn() {\n", "if false {\n"},
	}, ruleTests},
	{"a transaction counts while its headers are still written again", "wal.go", []edit{
		{"if w.ender == h {\n\t\tcommit", "if w.ender != nil {\n\t\tcommit"},
	}, "TestACheckpointWhileATransactionEnds"},
	{"what was committed without a flush is not known", "handle.go", []edit{
		{"\t\tf.db.log.published()\n", ""},
	}, "TestAnotherConnectionsCheckpoint"},
	{"what readers do tells of what the writer committed", "handle.go", []edit{
		{"if f.index.owned&(1<<writeLock) != 0 {", "if true {"},
	}, "TestACheckpointWhileATransactionEnds"},
	{"a header written again waits for a page", "walhandle.go", []edit{
		{"if n == reread {", "if n == 0 && reread == 0 {"},
	}, "TestPowerCut"},
	{"what the writer gave up is committed later", "handle.go", []edit{
		{"\t\tf.db.log.abandoned()\n", ""},
	}, "TestGivenUp"},
	{"a transaction that is not flushed for certain is confirmed", "wal.go", []edit{
		{"return errDropped //", "return nil //"},
	}, "TestACheckpointsFailedFlushOfTheLog"},
	{"frames that a failed flush may have dropped count as flushed", "wal.go", []edit{
		{"max(w.doubt, w.reach), true", "w.doubt, true"},
	}, "TestACheckpointsFailedFlushOfTheLog"},
	{"a page that failed to be written is tampering", "page.go", []edit{
		{"\t\td.doubt(n)\n", ""},
	}, "TestVerifyAfterAnHonestFailure"},
	{"a header that failed may be in the file", "wal.go", []edit{
		{"if !w.unsure {", "if w != nil {"},
	}, "TestFailedHeader"},
	{"pages left out are holes", "page.go", []edit{
		{"if err := f.fill(n - 1); err != nil {\n\t\treturn err\n\t}\n", ""},
	}, "TestLeftOut"},
	{"holes behind the end of the file only", "page.go", []edit{
		{"for k := f.db.known() + 1;", "for k := f.db.pages.Load() + 1;"},
	}, "TestLeftOut"},
	{"a ledger as large as somebody likes", "ledger.go", []edit{
		{"readFile(d, path, ledgerMax(pages))", "readFile(d, path, 1<<40)"},
	}, "TestLedgerTooLarge"},
	{"a record inside the ledger does not open", "ledger.go", []edit{
		{"if seq == l.seq+1 && n < ", "if false && n < "},
	}, "TestLedgerChain"},
	{"an incomplete record is left behind", "ledger.go", []edit{
		{"if l.cut { // what", "if false { // what"},
	}, "TestLedgerEnd.*"},
	{"an incomplete record is replaced before it is gone for good", "ledger.go", []edit{
		{"errors.Join(l.f.Truncate(l.size), l.f.Sync())", "errors.Join(l.f.Truncate(l.size))"},
	}, "TestLedgerEnd.*"},
	{"a ledger that is only looked at is cut", "ledger.go", []edit{
		{"l.cut = l.size < int64(len(data))", "l.cut = l.size < int64(len(data)) && l.f.Truncate(l.size) == nil"},
	}, "TestLedgerEnd.*"},
	{"records behind one that does not open", "ledger.go", []edit{
		{"if seq := l.later(data[l.size:]); seq != 0 {", "if false {\n\t\tseq := 0"},
	}, "TestLedgerChain"},
	{"hostile records behind one that does not open are all tried", "ledger.go", []edit{
		{"\t\ttries--\n", ""},
	}, "TestLedgerBusy"},
	{"pages that contradict a ledger without its end", "database.go", []edit{
		{"return d.checkCut()", "return nil"},
	}, "TestLedgerEnd.*"},
	{"what contradicts a ledger without its end is another file's fault", "database.go", []edit{
		{"return &Fault{Kind: ErrTampered, File: d.ledger.path, What: \"its end", "return f\n\treturn &Fault{Kind: ErrTampered, " +
			"File: d.ledger.path, What: \"its end"},
	}, "TestLedgerEnd.*"},
	{"a ledger of which a flush failed goes on", "ledger.go", []edit{
		{"errors.Join(ErrReopen, err, l.close())", "errors.Join(ErrReopen, err)"},
	}, "TestLedgerFailedFlush"},
	{"a ledger without room to be rewritten is closed", "ledger.go", []edit{
		{"if err := prepareFile(", "if err := l.close(); err != nil {\n\t\treturn err\n\t}\n\tif err := prepareFile("},
	}, "TestRewriteWithoutRoom"},
	{"a newer ledger", "ledger.go", []edit{{"v > formatVersion {", "false {"}}, ruleTests},
	{"a key file that cannot be read is as good as none", "keyfile.go", []edit{
		{"failed = errors.Join(failed, err)\n\t\t\tcontinue", "return nil, err"},
	}, "TestKeysUnreadable"},
	{"pages that cannot be read are found", "verify.go", []edit{
		{"failed[from+uint32(at/pageSize)] = err", "_ = err"},
	}, "TestVerifyUnreadable.*"},
	{"an older key file's slot opens", "keyfile.go", []edit{
		{"if revoked(docs, doc, root) {", "if false {"},
	}, ruleTests},
	{"a damaged key file", "keyfile.go", []edit{
		{"subtle.ConstantTimeCompare(k.Sum, k.sum()) != 1", "subtle.ConstantTimeCompare(k.Sum, k.sum()) > 1"},
	}, "TestKeysFlip"},
	{"a second spelling of a key file", "keyfile.go", []edit{
		{"if !bytes.Equal(data, k.encode()) || ", "if "},
	}, "TestKeysFlip|TestTamper"},
	{"a damaged copy is repaired", "keyfile.go", []edit{
		{"if err := replaceFile(k.disk, p, data); err != nil {", "if err := error(nil); err != nil {"},
	}, "TestKeysFlip"},
	{"parameters without bounds", "keys.go", []edit{
		{"!s.kdf().valid():", "false:"},
	}, "TestKeysForged|TestKeysBadSlots"},
	{"two processes at once", "disk.go", []edit{{"if !ok {\n", "if false && !ok {\n"}}, "TestSecondProcess"},
	{"the head starts anew with a rebuilt ledger", "rebaseline.go", []edit{
		{"l.seq = head\n", "l.seq = 0\n"},
		{"max(head, old.seq)", "old.seq"},
	}, "TestRebaseline"},
	{"the head falls when the ledger is rewritten", "ledger.go", []edit{
		{"next.prev = [tagSize]byte{}", "next.prev = [tagSize]byte{}\n\tl.seq, next.seq = 0, 0"},
	}, "TestHead"},
	{"bytes in the reserve", "format.go", []edit{{"if b != 0 {", "if false && b != 0 {"}}, "TestWriteImage"},
	{"another journal mode", "control.go", []edit{
		{`name == "journal_mode" && value != "wal"`, `name == "journal_mode" && value == "x"`},
	}, "TestRefusedSettings"},
	{"flushing turned off", "control.go", []edit{
		{`name == "synchronous" && `, `name == "synchronous" && false && `},
	}, "TestRefusedSettings"},
	{"temporary files in the clear", "temporary.go", []edit{
		{"t.s.seal(t.block[:], t.block[:pageSize], t.aad.page(uint32(n)))", "_ = n"},
		{"if !t.s.open(t.block[:], t.block[:], t.aad.page(uint32(n))) {", "if false {"},
	}, "TestNoPlaintext"},
	{"a temporary block: its number", "temporary.go", []edit{
		{"t.block[:pageSize], t.aad.page(uint32(n)))", "t.block[:pageSize], t.aad.page(0))"},
		{"t.s.open(t.block[:], t.block[:], t.aad.page(uint32(n)))", "t.s.open(t.block[:], t.block[:], t.aad.page(0))"},
	}, "TestABlockStaysWhereItIs"},
	{"a temporary block: its file", "temporary.go", []edit{
		{"aad: newPageAAD(newID())", "aad: newPageAAD(id{})"},
	}, "TestABlockStaysWhereItIs"},
	{"a stream: its role", "stream.go", []edit{{`"zafe-fi\x01"`, `"zafe-xx\x02"`}}, "TestGoldenStreamV1"},
	{"a stream: the number of a block", "stream.go", []edit{
		{"dst = be.AppendUint64(dst, index)", "dst = be.AppendUint64(dst, 0)"},
	}, "TestStream.*"},
	{"a stream: which block is the last", "stream.go", []edit{
		{"\tif last {\n\t\treturn append(dst, 1)\n\t}\n\treturn append(dst, 0)", "\treturn append(dst, 0)"},
	}, "TestStream.*"},
	{"a root key is not overwritten", "root.go", []edit{{"{ clear(r[:]) }", "{}"}}, "TestARootIsOverwritten"},
}

// cacheMutants are of the page cache.
var cacheMutants = []mutant{
	{"a page that is used again is still idle", "pagecache.go", []edit{
		{"c.use(i)\n\t\t\t}\n\t\t\treturn f.slot", "_ = i\n\t\t\t}\n\t\t\treturn f.slot"},
	}, cacheTests},
	{"idle pages count as used", "pagecache.go", []edit{{"c.held-c.idle >= c.limit*9/10", "c.held >= c.limit*9/10"}}, cacheTests},
	{"the cache holds one page too many", "pagecache.go", []edit{{"c.held+1 >= c.limit", "c.held > c.limit"}}, cacheTests},
	{"a page within the limit is dropped", "pagecache.go", []edit{
		{"c.purgeable && c.held > c.limit {", "c.purgeable && c.held >= c.limit {"},
	}, cacheTests},
	{"a new slot keeps what SQLite knew of another page", "pagecache.go", []edit{
		{"*(*uintptr)(at((*pageSlot)(at(f.slot)).page.FpExtra)) = 0", "_ = 0"},
	}, cacheTests},
	{"the page that had a number stays", "pagecache.go", []edit{{"c.drop(j)\n", "_ = j\n"}}, cacheTests},
	{"pages are not wiped", "pagecache.go", []edit{{"clear(bytesAt(b.pages", "_ = (bytesAt(b.pages"}}, cacheTests},
	{"the page used last goes first", "pagecache.go", []edit{
		{"c.drop(c.frames[0].newer)\n\t}\n\ti :=", "c.drop(c.frames[0].older)\n\t}\n\ti :="},
	}, cacheTests},
	{"the page a truncation begins with stays", "pagecache.go", []edit{
		{"c.frames[i].number >= from", "c.frames[i].number > from"},
	}, cacheTests},
	{"the highest page survives a truncation", "pagecache.go", []edit{{"from > c.highest", "from >= c.highest"}}, cacheTests},
	{"SQLite's own cache is not begun", "pagecache.go", []edit{
		{
			"return (*(*func(*libc.TLS, uintptr) int32)(unsafe.Pointer(&struct{ f uintptr }{ownCache.FxInit})))(tls, arg)",
			"return sqlite3.SQLITE_OK",
		},
	}, cacheTests},
}
