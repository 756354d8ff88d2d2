//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"zafe/.ci/storebench/work"
	"zafe/app/audit"
	"zafe/app/op"
	"zafe/store"
	"zafe/store/crypt"
)

const (
	clientCount = 20
	readShare   = 80 // of a hundred transactions
	// seeded is how many commands the book has seen before.
	seeded = 20_000
	// thinking is how long a client pauses between two transactions, on average, when it works as people do; they
	// pause for seconds.
	thinking = 100 * time.Millisecond
)

// latencies sums up the durations of one kind of transaction.
type latencies struct {
	Count  int     `json:"count"`
	PerSec float64 `json:"per_second"`
	P50    float64 `json:"p50_ms"`
	P99    float64 `json:"p99_ms"`
	Max    float64 `json:"max_ms"`
}

func summed(all []time.Duration, took time.Duration) latencies {
	if len(all) == 0 {
		return latencies{}
	}
	slices.Sort(all)
	at := func(part float64) float64 { return ms(all[min(len(all)-1, int(part*float64(len(all))))]) }
	return latencies{len(all), float64(len(all)) / took.Seconds(), at(0.5), at(0.99), ms(all[len(all)-1])}
}

func (l latencies) String() string {
	return fmt.Sprintf("%7d, %6.0f/s, p50 %6.2f ms, p99 %6.2f ms, max %6.1f ms",
		l.Count, l.PerSec, l.P50, l.P99, l.Max)
}

// clientsResult is what the measure of the clients writes.
type clientsResult struct {
	Load      string    `json:"load_before"`
	LoadAfter string    `json:"load_after"`
	Floor     latencies `json:"flush_floor"`
	Paced     worked    `json:"paced"`
	FlatOut   worked    `json:"flat_out"`
}

// worked is what the clients did in one manner of working.
type worked struct {
	Writes   latencies `json:"writes"`
	Reads    latencies `json:"reads"`
	Errors   int64     `json:"errors"`
	CPUPerTx float64   `json:"cpu_ms_per_transaction"`
}

// measureClients lets clients read and write one book: first with pauses, which shows how long a person waits, then
// without any, which shows what the book can take. A write is what every command of the product does besides its own
// work, five statements: a number, an audit event (its predecessor is read), an answer kept (the old ones are
// deleted). A read looks a request up and lists the last events.
func measureClients(dir string, seconds int, path string) (err error) {
	r := clientsResult{Load: load()}
	if r.Floor, err = flushFloor(dir); err != nil {
		return err
	}
	sec := store.Secrets{
		BookID: "bench", Recovery: [20]byte{1}, Label: "bench", Password: "bench",
		Cost: crypt.KDF{Time: 1, MemoryKiB: 64, Threads: 1},
	}
	s, err := store.Create(context.Background(), filepath.Join(dir, "book"), sec, store.Options{},
		func(tx *store.Tx) error {
			for i := range seeded {
				if err := command(tx, i); err != nil {
					return err
				}
			}
			return nil
		})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	next := seeded
	for _, way := range []struct {
		out   *worked
		pause time.Duration
	}{{&r.Paced, thinking}, {&r.FlatOut, 0}} {
		*way.out = drive(s, &next, way.pause, time.Duration(seconds)*time.Second)
	}
	r.LoadAfter = load()
	r.print()
	raw, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	fmt.Println("as JSON:", path)
	return os.WriteFile(path, raw, 0o600)
}

// drive runs the clients for d, each pausing between two transactions for twice pause at most; next is the number of
// the next write and moves on.
func drive(s *store.Store, next *int, pause, d time.Duration) (out worked) {
	ctx := context.Background()
	var made, failed atomic.Int64
	made.Store(int64(*next))
	var mu sync.Mutex
	var reads, writes []time.Duration
	cpu, begin := work.Used(), time.Now()
	var group sync.WaitGroup
	for c := range clientCount {
		group.Go(func() {
			rnd := rand.New(rand.NewPCG(1, uint64(c)))
			var read, wrote []time.Duration
			for time.Since(begin) < d {
				if pause > 0 {
					time.Sleep(time.Duration(rnd.Int64N(int64(2 * pause))))
				}
				reads, t, err := rnd.IntN(100) < readShare, time.Now(), error(nil)
				if reads {
					i := rnd.IntN(seeded)
					err = s.View(ctx, func(tx *store.Tx) error { return look(tx, i) })
					read = append(read, time.Since(t))
				} else {
					i := int(made.Add(1))
					err = s.Update(ctx, func(tx *store.Tx) error { return command(tx, i) })
					wrote = append(wrote, time.Since(t))
				}
				if err != nil {
					failed.Add(1)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			reads, writes = append(reads, read...), append(writes, wrote...)
		})
	}
	group.Wait()
	took := time.Since(begin)
	*next = int(made.Load())
	out.CPUPerTx = ms(work.Used()-cpu) / float64(len(reads)+len(writes))
	out.Reads, out.Writes, out.Errors = summed(reads, took), summed(writes, took), failed.Load()
	return out
}

// command is the five statements of a write; i is new.
func command(tx *store.Tx, i int) error {
	id := requestID(i)
	n, err := tx.NextNumber("bench", "2026")
	if err != nil {
		return err
	}
	_, err = tx.AppendEvent(audit.Event{
		Actor: 1, ActorName: "Comptoir", Op: "invoice.issue", SubjectKind: "invoice", SubjectID: n,
		RequestID: id, Payload: `{"number":"F2026-0001","gross":12000}`,
	})
	if err != nil {
		return err
	}
	answer := op.Answer{Op: "invoice.issue", InputHash: id, Response: []byte(`{"id":1,"gross":12000}`)}
	return tx.KeepAnswer(id, answer)
}

func requestID(i int) string { return fmt.Sprintf("0193a5b2-7c1d-7e3f-9a4b-%012d", i) }

// look is what a screen reads.
func look(tx *store.Tx, i int) error {
	_, ok, err := tx.Replay(requestID(i))
	if err != nil {
		return err
	}
	if !ok {
		return errors.New("an answer is gone")
	}
	_, err = tx.Events("", 0, 0, 20)
	return err
}

// flushFloor measures what no durable write can be faster than here: 16 KiB written and flushed.
func flushFloor(dir string) (latencies, error) {
	f, err := os.Create(filepath.Join(dir, "floor"))
	if err != nil {
		return latencies{}, err
	}
	block := make([]byte, 16<<10)
	all := make([]time.Duration, 500)
	begin := time.Now()
	for i := range all {
		t := time.Now()
		if _, err := f.Write(block); err != nil {
			return latencies{}, errors.Join(err, f.Close())
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			return latencies{}, errors.Join(err, f.Close())
		}
		all[i] = time.Since(t)
	}
	return summed(all, time.Since(begin)), f.Close()
}

func (r clientsResult) print() {
	fmt.Printf("\n%d clients on one book, %d %% reads\n", clientCount, readShare)
	fmt.Printf("load average before %s, after %s\n", r.Load, r.LoadAfter)
	fmt.Printf("flush floor  %s\n", r.Floor)
	for _, w := range []struct {
		name string
		worked
	}{{fmt.Sprintf("each pausing %v between two transactions", thinking), r.Paced}, {"without a pause", r.FlatOut}} {
		fmt.Printf("%s:\n", w.name)
		fmt.Printf("  writes     %s\n", w.Writes)
		fmt.Printf("  reads      %s\n", w.Reads)
		fmt.Printf("  errors %d; %.3f ms of processor time per transaction\n", w.Errors, w.CPUPerTx)
	}
}
