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
	Writes    latencies `json:"writes"`
	Reads     latencies `json:"reads"`
	Errors    int64     `json:"errors"`
	CPUPerTx  float64   `json:"cpu_ms_per_transaction"`
}

// measureClients lets clients without a pause read and write one book. A write is what every command of
// the product does besides its own work, five statements: a number, an audit event (its predecessor is
// read), an answer kept (the old ones are deleted). A read looks a request up and lists the last events.
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
	r.drive(s, time.Duration(seconds)*time.Second)
	r.LoadAfter = load()
	r.print()
	raw, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	fmt.Println("as JSON:", path)
	return os.WriteFile(path, raw, 0o600)
}

// drive runs the clients for some time.
func (r *clientsResult) drive(s *store.Store, d time.Duration) {
	ctx := context.Background()
	var next, failed atomic.Int64
	next.Store(seeded)
	var mu sync.Mutex
	var reads, writes []time.Duration
	cpu, begin := work.Used(), time.Now()
	var group sync.WaitGroup
	for c := range clientCount {
		group.Go(func() {
			rnd := rand.New(rand.NewPCG(1, uint64(c)))
			var read, wrote []time.Duration
			for time.Since(begin) < d {
				reads, t, err := rnd.IntN(100) < readShare, time.Now(), error(nil)
				if reads {
					i := rnd.IntN(seeded)
					err = s.View(ctx, func(tx *store.Tx) error { return look(tx, i) })
					read = append(read, time.Since(t))
				} else {
					i := int(next.Add(1))
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
	r.CPUPerTx = ms(work.Used()-cpu) / float64(len(reads)+len(writes))
	r.Reads, r.Writes, r.Errors = summed(reads, took), summed(writes, took), failed.Load()
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
	fmt.Printf("\n%d clients on one book, %d %% reads, no pause between\n", clientCount, readShare)
	fmt.Printf("load average before %s, after %s\n", r.Load, r.LoadAfter)
	fmt.Printf("flush floor  %s\n", r.Floor)
	fmt.Printf("writes       %s\n", r.Writes)
	fmt.Printf("reads        %s\n", r.Reads)
	fmt.Printf("errors %d; %.3f ms of processor time per transaction\n", r.Errors, r.CPUPerTx)
}
