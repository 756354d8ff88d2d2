package op_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"zafe/app/fault"
	"zafe/app/op"
)

func TestACallIsOneLineOfTheLog(t *testing.T) {
	for _, c := range []struct {
		record op.Record
		want   string
	}{
		{op.Record{Op: "test.add", Actor: 7, Device: "ab"}, `level=INFO msg=call op=test.add actor=7 device=ab ms=0 code=""`},
		{op.Record{Op: "test.add", Code: fault.Conflict, Key: "test.taken"}, `level=INFO msg=call op=test.add actor=0 device="" ms=0 code=conflict`},
		{
			op.Record{Op: "test.add", Code: fault.Internal, Ref: "K7", Cause: errors.New("disk")},
			`level=ERROR msg=call op=test.add actor=0 device="" ms=0 code=internal ref=K7 err=disk`,
		},
	} {
		var out bytes.Buffer
		op.LogTo(slog.New(slog.NewTextHandler(&out, nil)))(c.record)
		if _, line, _ := strings.Cut(strings.TrimSpace(out.String()), " "); line != c.want {
			t.Errorf("%s\nwant %s", line, c.want)
		}
	}
}
