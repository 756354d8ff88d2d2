package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"zafe/app/billing"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/party"
	"zafe/app/search"
	"zafe/app/tax"
	"zafe/sync/lan"
)

// kind parts what is only looked at from what is to be on the disk when it is answered.
type kind string

const (
	reads  kind = "reads"
	writes kind = "writes"
)

// work is what was done, and how long each call took.
type work struct {
	took      map[kind][]time.Duration
	errors    map[kind]int
	problems  []string // the first ones
	customers int64    // confirmed
}

const problemsShown = 5

// busy lets people work for a while.
func busy(ctx context.Context, people []*lan.Remote, lasts, pause time.Duration) (work, error) {
	all := work{took: map[kind][]time.Duration{}, errors: map[kind]int{}}
	until := time.Now().Add(lasts)
	var mu sync.Mutex
	var group sync.WaitGroup
	for i, pc := range people {
		group.Go(func() {
			p := person{pc: pc, rnd: rand.New(rand.NewPCG(1, uint64(i))), name: i}
			for time.Now().Before(until) && ctx.Err() == nil {
				k, act := p.next()
				began := time.Now()
				made, err := act(ctx)
				took := time.Since(began)
				mu.Lock()
				all.note(k, took, made, err)
				mu.Unlock()
				time.Sleep(time.Duration(p.rnd.ExpFloat64() * float64(pause)))
			}
		})
	}
	group.Wait()
	return all, ctx.Err()
}

func (w *work) note(k kind, took time.Duration, made bool, err error) {
	w.took[k] = append(w.took[k], took)
	if made && err == nil {
		w.customers++
	}
	if err == nil {
		return
	}
	w.errors[k]++
	if len(w.problems) < problemsShown {
		w.problems = append(w.problems, fmt.Sprintf("%s: %v", fault.KeyOf(err), err))
	}
}

// person works on a PC: two calls in three only look.
type person struct {
	pc   *lan.Remote
	rnd  *rand.Rand
	name int

	mine []party.CustomerID
	n    int
}

// act is one call; made says that it made a customer.
type act func(context.Context) (made bool, err error)

func (p *person) next() (kind, act) {
	if len(p.mine) == 0 {
		return writes, p.addCustomer
	}
	switch p.rnd.IntN(12) {
	case 0, 1:
		return writes, p.addCustomer
	case 2, 3:
		return writes, p.writeQuote
	case 4, 5:
		return reads, p.find
	case 6, 7:
		return reads, p.documents
	case 8, 9:
		return reads, p.card
	default:
		return reads, p.list
	}
}

func (p *person) one() party.CustomerID { return p.mine[p.rnd.IntN(len(p.mine))] }

func (p *person) addCustomer(ctx context.Context) (bool, error) {
	p.n++
	c, err := party.Save.Call(ctx, p.pc, party.Customer{
		Kind: party.Company, Name: fmt.Sprintf("Client %d du poste %d", p.n, p.name),
	})
	if err == nil {
		p.mine = append(p.mine, c.Customer.ID)
	}
	return true, err
}

func (p *person) writeQuote(ctx context.Context) (bool, error) {
	_, err := billing.SaveQuote.Call(ctx, p.pc, billing.SaveRequest{
		Header: billing.Header{Customer: p.one(), Date: civil.Of(time.Now()), Subject: "Mesure"},
		Lines: []billing.Line{{
			Kind: billing.ItemLine, Description: "Fenêtre en aluminium", Quantity: 1_000_000, Unit: "H87",
			UnitPrice: 4217_390_000, VATRate: 85_000, Nature: tax.Goods,
		}},
	})
	return false, err
}

func (p *person) find(ctx context.Context) (bool, error) {
	_, err := search.Find.Call(ctx, p.pc, search.FindRequest{Text: fmt.Sprintf("client %d", p.rnd.IntN(50)), Limit: 10})
	return false, err
}

func (p *person) documents(ctx context.Context) (bool, error) {
	_, err := billing.List.Call(ctx, p.pc, billing.ListRequest{Limit: 50})
	return false, err
}

func (p *person) card(ctx context.Context) (bool, error) {
	_, err := party.Get.Call(ctx, p.pc, party.IDRequest{ID: p.one()})
	return false, err
}

func (p *person) list(ctx context.Context) (bool, error) {
	_, err := party.List.Call(ctx, p.pc, party.ListRequest{Limit: 50, Offset: 50 * p.rnd.IntN(3)})
	return false, err
}
