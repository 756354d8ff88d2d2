package remote

import (
	"context"
	"testing"

	"github.com/rclone/rclone/fs"
	"github.com/rclone/rclone/fs/config/configmap"
	"github.com/rclone/rclone/fs/config/obscure"
)

// asking is a kind of storage that asks for a code, complains when it is wrong and then asks which of
// two spaces to use, as some real ones do. Behind it is a folder of this PC.
func asking(t *testing.T) {
	t.Helper()
	info := &fs.RegInfo{Name: "asking", Description: "Asking", NewFs: func(ctx context.Context, name, root string,
		m configmap.Mapper,
	) (fs.Fs, error) {
		local, err := fs.Find("local")
		if err != nil {
			return nil, err
		}
		return local.NewFs(ctx, name, root, fs.ConfigMap("", local.Options, name, nil))
	}}
	info.Config = func(_ context.Context, _ string, m configmap.Mapper, in fs.ConfigIn) (*fs.ConfigOut, error) {
		switch in.State {
		case "":
			return fs.ConfigPassword("code", "config_2fa", "The code")
		case "code":
			if obscure.MustReveal(in.Result) != "123456" {
				return fs.ConfigError("", "that code is wrong")
			}
			return fs.ConfigChooseExclusiveFixed("space", "config_driveid", "Space", []fs.OptionExample{
				{Value: "a", Help: "Personal"}, {Value: "b", Help: "Work"},
			})
		}
		m.Set("space", in.Result)
		return nil, nil
	}
	fs.Register(info)
	t.Cleanup(func() {
		for i, r := range fs.Registry {
			if r == info {
				fs.Registry = append(fs.Registry[:i:i], fs.Registry[i+1:]...)
				break
			}
		}
	})
}

func TestQuestions(t *testing.T) {
	ctx := context.Background()
	asking(t)
	r := use(t, &Memory{})
	s, err := r.Begin(ctx, Draft{Provider: "asking", Label: "x", Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Cancel()
	q, problem := s.Question()
	if q == nil || q.Name != "config_2fa" || !q.Secret || q.LabelKey == "" || problem != "" {
		t.Fatalf("asks %+v %q", q, problem)
	}
	if _, err := s.Finish(ctx); err == nil {
		t.Fatal("finished with a question open")
	}
	if err := s.Answer(ctx, "000000"); err != nil {
		t.Fatal(err)
	}
	if q, problem := s.Question(); q != nil || problem != "that code is wrong" {
		t.Fatalf("after a wrong code asks %+v %q", q, problem)
	}
	_, err = s.Finish(ctx)
	wantFault(t, err, "backup.dest_other", "")
}

func TestQuestionsAnswered(t *testing.T) {
	ctx := context.Background()
	asking(t)
	r := use(t, &Memory{})
	s, err := r.Begin(ctx, Draft{Provider: "asking", Label: "x", Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Cancel()
	if err := s.Answer(ctx, "123456"); err != nil {
		t.Fatal(err)
	}
	q, _ := s.Question()
	if q == nil || q.Kind != Choice || len(q.ChoicesFor(nil)) != 2 {
		t.Fatalf("asks %+v", q)
	}
	if err := s.Answer(ctx, "b"); err != nil {
		t.Fatal(err)
	}
	if q, problem := s.Question(); q != nil || problem != "" {
		t.Fatalf("asks %+v %q", q, problem)
	}
	d, err := s.Finish(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if space, _ := r.sections.GetValue(d.ID, "space"); space != "b" {
		t.Errorf("the answer kept is %q", space)
	}
}
