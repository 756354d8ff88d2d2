// Package app is the business: everything below this folder knows no screen, no SQL and no network.
//
// # Layers
//
//	main.go   verbs and wiring; may import everything
//	ui        the desktop (Fyne) and the command line; asks for operations through an op.Caller
//	app       the operations: contracts, rules, law
//	store     a book: sealed SQLite, implements what each area of app declares in its Tx
//	sync      the network: LAN server and client, pairing, backups (rclone)
//	assets    embedded files only
//
// app/house_test.go keeps these borders: store and sync know each other by what app declares, and main.go alone
// joins them.
//
// # Around a book
//
//	store/newbook     makes one: empty, or the sample company
//	store/rebuild     puts one together from a copy: this PC's own, a trial, or one of the past
//	store/repair      what owners may have done to one that is not what it should be
//	store/checkup     what a check goes through
//	store/witness     compares it with the furthest that this PC saw it go (what others saw is app/witness)
//	store/source      gives it to the backups
//	store/kept        what services keep in it
//	store/folder      the data folder that it is in, with the log
//	store/opener      opens it without anybody
//	sync/notify       takes what package notify of app has to say out of the house, by e-mail and to a watcher
//	sync/host         serves it to the office, unless another PC took over
//	sync/discover     finds the main PC on the network
//	sync/firewall     has Windows let the office in to it
//	sync/guest        works on the one of another PC, wherever that is, and keeps a copy as its relay
//	sync/backup       copies: vault (one place), remote (how it is reached), keeper (when, and for whom)
//
// # Inside app
//
// fault, money, civil, i18n know nothing of the rest, nor does durable, by which files outlive a power cut. auth, audit and op make the registry of
// operations, through which alone anything happens. record is what everything that people edit shares:
// its stamp, its version and its digest. job runs what a book does by itself, such as the weekly check of
// package verify. sentry counts the rows that leave the book, bin those that are taken away or written over, which it
// keeps for a while (op.Lose), and incident puts everybody in read-only: the pipeline asks all three in the transactions
// that they are about. attempt keeps in the journal what somebody tried without the right to. change tells the people
// at work which records others change, of those that they may see. past opens the book as it was at a restore point
// beside it. Areas (party, catalog, billing, ledger, ...) hold contract and handler side by side and talk by plain
// function inside one transaction.
//
// # Rights
//
// A role is rights; a right is a permission of package auth, held on nothing, one's own records, those of
// one's team or all. Every operation names the one it needs. On which records an actor holds it is one
// auth.Predicate: handlers ask it about a record (Sees), lists hand it to the store, which writes it as
// their filter (store/scope.go). What is not one's own is not found. Fields that not everybody sees have a
// class by struct tag (auth.Class); the pipeline empties them in every answer. sync/lan/matrix_test.go asks
// every operation over the wire as everybody: one that is new must be put there.
//
// Who looks through somebody's eyes (session.view_as) is the actor of that person with a Viewer: the pipeline lets
// nothing but a plain Query through. What takes two people is named in package approval, which has the registry ask
// before the handler (op.Check) and does it again in the name of who asked (Registry.Again). What gives a person more
// rights is asked as user.give is, whatever operation does it (op.Checked). Two accounts are two people only when nobody
// could be behind both: user.Apart says so of every second word, in package user's hand.go with the reasons.
//
// Who goes is put out by package leave: their account in a transaction of its own, the rest after it. Access ends
// with the last day of an account, which is asked at each call; no job is needed for that. Somebody from outside
// (auth.Role.Outside) always has such a day. A technician brings copies back where they are (backup.manage) and
// cannot say where they go (backup.place), print what opens them (key.manage) or read a record.
//
// Who helps from outside (package support) is nobody of the book: an actor with Support, known by the key of a PC that
// an owner's code let in until a time (device.Device.EndsAt). As of a Viewer, the pipeline lets a plain Query through
// and nothing else, once Registry.Helped has noted it.
//
// # Glossary
//
//	Entry, Line       écriture, ligne          Post            valider
//	Reverse           contre-passer            Match           lettrer
//	Close, Lock       clôturer                 FiscalYear      exercice
//	OpeningEntry      à-nouveau                TrialBalance    balance
//	GeneralLedger     grand livre              Chart           plan comptable (PCG)
//	Quote             devis                    Invoice         facture
//	CreditNote        avoir                    Payment         règlement
//	DueDate           échéance                 Net, Gross      HT, TTC
//	VAT               TVA                      Party           tiers
//	Customer          client                   Voucher         pièce justificative
//	Series            série                    Account         compte (never a log-in)
//	Attachment        pièce jointe
package app
