package page_test

import (
	"context"
	"slices"
	"testing"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/op"
	"zafe/app/setup"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// reached is an engine with a place that was set up, whose form shows what was entered.
type reached struct{ backup.Engine }

func (reached) Providers(bool) []backup.Provider {
	return []backup.Provider{
		{Name: "local", TitleKey: "backup.provider.local.title", First: true},
		{Name: "s3", TitleKey: "backup.provider.s3.title", First: true, Bucket: true},
	}
}

func (reached) Destinations() []backup.Destination {
	return []backup.Destination{
		{ID: "d1", Provider: "s3", Label: "Nuage", Folder: "copies"},
		{ID: "d2", Provider: "local", Label: "Disque", Folder: "/media/usb"},
		{ID: "d3", Provider: "gone", Label: "Ancien", Folder: "x"},
	}
}

func (reached) Form(_ context.Context, provider, id string, _ map[string]string) (backup.FormResponse, error) {
	if provider != "s3" || id != "d1" {
		return backup.FormResponse{}, nil
	}
	return backup.FormResponse{Fields: []backup.Field{
		{Name: "endpoint", Kind: "text", LabelKey: "backup.field.s3.endpoint.label", Default: "s3.gra.example"},
		{Name: "access_key_id", Kind: "text", LabelKey: "backup.field.s3.access_key_id.label", Default: "AK1"},
		{Name: "secret_access_key", Kind: "password", Secret: true, LabelKey: "backup.field.s3.secret_access_key.label", Default: "hush"},
		{Name: "region", Kind: "text", LabelKey: "backup.field.s3.region.label"},
		{Name: "storage_class", Kind: "text", Advanced: true, LabelKey: "backup.field.s3.storage_class.label", Default: "GLACIER"},
		{Name: "version_at", Kind: "text", Reading: true, LabelKey: "backup.field.s3.version_at.label", Default: "2026-11-01"},
		{Name: "away", Kind: "bool", LabelKey: "backup.away.label", Default: "true"},
	}}, nil
}

// TestTheSheetSaysHowAPlaceIsReached, so that an empty form can be filled in from it, and holds no secret.
func TestTheSheetSaysHowAPlaceIsReached(t *testing.T) {
	w := storetest.NewWorld(t, func(r *op.Registry[*store.Tx]) {
		backup.Bind(r, reached{})
		setup.Bind(r)
	})
	env, _ := uitest.New(t, w.As("owner"), auth.Owner)
	var got []string
	page.Sheet(env, func(req setup.SheetRequest, _ setup.Progress) { got = req.Places })
	want := []string{
		"Nuage – copies\nStockage S3 (OVHcloud, Scaleway…) · Adresse du service (endpoint) s3.gra.example · " +
			"Identifiant de la clé (access key) AK1",
		"Disque – /media/usb\nUn dossier, une clé ou un disque USB", "Ancien – x",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
