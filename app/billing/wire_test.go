package billing_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"zafe/app/billing"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/money"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/tax"
)

// TestInvoiceOverTheWire writes and issues an invoice in JSON, as another PC of the office does.
func TestInvoiceOverTheWire(t *testing.T) {
	b := open(t)
	c := b.customer()
	ctx := op.WithCredential(b.Ctx(), op.Credential{Token: "owner"})
	do := func(name, in string) map[string]any {
		t.Helper()
		raw := must(b.Registry.DoJSON(ctx, name, []byte(in)))(t)
		var out map[string]any
		if err := json.Unmarshal(raw, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	saved := do("invoice.save", fmt.Sprintf(`{"customer": %d, "date": "2026-11-21", "terms": {"days": 15},
		"lines": [{"kind": "item", "description": "Porte", "quantity": 2000000, "unit_price": 50000000,
		"vat_rate": 200000, "nature": "goods", "account": "707000"}]}`, c.ID))
	for field, want := range map[string]any{
		"kind": "invoice", "status": "draft", "due_date": "2026-12-06",
		"net": 10000.0, "vat": 2000.0, "gross": 12000.0,
	} {
		if saved[field] != want {
			t.Errorf("%s is %v, want %v", field, saved[field], want)
		}
	}
	issued := do("invoice.issue", fmt.Sprintf(`{"id": %v, "version": %v}`, saved["id"], saved["version"]))
	if issued["number"] != "F-2026-0001" || issued["posting"].(map[string]any)["journal"] != "VE" {
		t.Errorf("issued %v", issued)
	}
	_, err := b.Registry.DoJSON(ctx, "invoice.save", []byte(`{"custumer": 1, "lines": []}`))
	refused(t, err, "op.field_unknown")
	_, err = b.Registry.DoJSON(ctx, "invoice.save", []byte(`{"lines": [{"kind": "item", "discount": 1000001}]}`))
	refused(t, err, "billing.discount_wrong", "lines[0].discount")
}

// TestRequestsSurviveTheWire writes random requests as JSON and reads them back.
func TestRequestsSurviveTheWire(t *testing.T) {
	date := rapid.Custom(func(t *rapid.T) civil.Date {
		return civil.New(2026, 1, 1).AddDays(rapid.IntRange(-1000, 1000).Draw(t, "days"))
	})
	config := rapid.MakeConfig{Types: map[reflect.Type]*rapid.Generator[any]{
		reflect.TypeFor[civil.Date](): date.AsAny(),
	}}
	rapid.Check(t, func(t *rapid.T) {
		survives(t, rapid.MakeCustom[billing.SaveRequest](config).Draw(t, "save"))
		survives(t, rapid.MakeCustom[billing.RecordRequest](config).Draw(t, "record"))
		survives(t, rapid.MakeCustom[billing.ListRequest](config).Draw(t, "list"))
		survives(t, rapid.MakeCustom[billing.CreditRequest](config).Draw(t, "credit"))
	})
}

func survives[V any](t *rapid.T, v V) {
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var back V
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil || string(again) != string(raw) {
		t.Fatalf("%s came back as %s, %v", raw, again, err)
	}
}

// TestValidateNeverPanics gives requests whatever a network may bring.
func TestValidateNeverPanics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, v := range []op.Validator{
			rapid.Make[billing.SaveRequest]().Draw(t, "save"),
			rapid.Make[billing.RecordRequest]().Draw(t, "record"),
			rapid.Make[billing.AllocateRequest]().Draw(t, "allocate"),
			rapid.Make[billing.CreditRequest]().Draw(t, "credit"),
			rapid.Make[billing.ListRequest]().Draw(t, "list"),
			rapid.Make[billing.PaymentListRequest]().Draw(t, "payments"),
		} {
			_ = v.Validate()
		}
	})
}

// TestAnyDraftIsSavedOrRefusedInWords saves whatever passes Validate: the answer is a draft or a
// fault people can read, never a breakdown.
func TestAnyDraftIsSavedOrRefusedInWords(t *testing.T) {
	fewer(t, "60")
	b := open(t, collection)
	c := b.customer()
	saved := 0
	line := rapid.Custom(func(t *rapid.T) billing.Line {
		l := draw(t)
		kinds := []billing.LineKind{"item", "item", "item", "text", "heading", "subtotal"}
		l.Kind = rapid.SampledFrom(kinds).Draw(t, "kind")
		if l.Kind != billing.ItemLine {
			l.Quantity, l.UnitPrice, l.Discount, l.VATRate = 0, 0, 0, 0
		} else if rapid.IntRange(0, 9).Draw(t, "extreme") == 0 {
			const most = int64(money.QuantityMax)
			l.Quantity = money.Quantity(rapid.Int64Range(-most, most).Draw(t, "quantity"))
			l.UnitPrice = money.UnitPrice(rapid.Int64Range(-most, most).Draw(t, "price"))
		}
		l.Exemption = rapid.SampledFrom(append(tax.Choices(), "", "", "", tax.Franchise)).Draw(t, "exemption")
		l.Description = rapid.String().Draw(t, "words")
		l.Account = rapid.SampledFrom([]string{"", "707000", "799999"}).Draw(t, "account")
		return l
	})
	rapid.Check(t, func(t *rapid.T) {
		r := billing.SaveRequest{Lines: rapid.SliceOfN(line, 0, 6).Draw(t, "lines")}
		r.Customer = rapid.SampledFrom([]party.CustomerID{0, c.ID, 99}).Draw(t, "customer")
		r.Subject, r.Notes = rapid.String().Draw(t, "subject"), rapid.String().Draw(t, "notes")
		d, err := billing.SaveInvoice.Call(b.Ctx(), b.As("owner"), r)
		if f := fault.Of(err); f != nil && f.Code == fault.Internal {
			t.Fatalf("%v: %v", f, f.Unwrap())
		}
		if err != nil {
			return
		}
		saved++
		_, err = billing.Issue.Call(b.Ctx(), b.As("owner"), billing.IssueRequest{ID: d.ID, Version: d.Version})
		if f := fault.Of(err); f != nil && f.Code == fault.Internal {
			t.Fatalf("%v: %v", f, f.Unwrap())
		}
		if err == nil {
			var file bytes.Buffer
			if _, err := billing.PDF.Fetch(b.Ctx(), b.As("owner"), billing.PDFRequest{ID: d.ID}, &file); err != nil {
				t.Fatal(err)
			}
		}
	})
	if saved < 10 {
		t.Errorf("only %d drafts were saved", saved)
	}
	b.verify()
}
