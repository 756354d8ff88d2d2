package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/ui/machine"
)

func (r *run) op() *cobra.Command {
	var list, lines bool
	var id, file, upload string
	c := &cobra.Command{
		Use: "op NAME [JSON|-]", Short: "Calls any operation, or lists them all with --list", Args: cobra.MaximumNArgs(2),
		Long: "Calls an operation with a JSON request and prints its JSON answer.\n" +
			"With --lines, calls one operation a line of the input, {\"op\": NAME, \"id\": KEY, \"request\": {...}},\n" +
			"under one log-in, prints one answer a line and stops at the first refusal. A command with a KEY\n" +
			"that it has already had answers what it answered, and works only once.",
		RunE: func(c *cobra.Command, args []string) error {
			if !list && !lines && len(args) == 0 {
				return fault.New(fault.Invalid, "cli.op_name")
			}
			in, err := r.input(args)
			if err != nil {
				return err
			}
			if list {
				return r.list()
			}
			return r.spelt(r.withBook(c.Context(), func(ctx context.Context, b machine.Book) error {
				switch {
				case lines:
					return r.lines(ctx, b)
				case file != "":
					return r.save(file, func(w io.Writer) (op.Download, error) {
						return b.StreamJSON(ctx, args[0], in, w)
					})
				}
				out, err := r.perform(ctx, b, args[0], id, in, upload)
				if err != nil {
					return err
				}
				return r.pretty(out)
			}))
		},
	}
	c.Flags().BoolVar(&list, "list", false, "print the reference of every operation; needs no log-in")
	c.Flags().StringVarP(&file, "output", "o", "",
		"write the file that the operation makes here: a name, or a folder where it takes its own")
	c.Flags().StringVar(&upload, "file", "",
		"give this file to an operation that takes one; its name and size need not be in the request")
	c.Flags().BoolVar(&lines, "lines", false, "read calls from the input, one JSON object a line")
	c.Flags().StringVar(&id, "request-id", "", "a command repeated with the same identifier works only once")
	return c
}

func (r *run) list() error {
	m, err := r.machine()
	if err != nil {
		return err
	}
	return r.answer(m.Reference(), func(w io.Writer) error {
		_, err := io.WriteString(w, op.Text(m.Reference()))
		return err
	})
}

// likeMax is how many names are proposed for one that there is not.
const likeMax = 5

// spelt says of an operation that this program does not know either that there is none of that name, and which are
// called much the same: only one that it knows can be missing on an older main PC. Faults: cli.op_unknown, cli.op_like.
func (r *run) spelt(err error) error {
	f := fault.Of(err)
	if f == nil || f.Key != "op.unknown" {
		return err
	}
	name := fmt.Sprint(f.Args["name"])
	m, stop := r.machine()
	if stop != nil {
		return errors.Join(err, stop)
	}
	all := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, e := range m.Reference() {
		if e.Name == name {
			return err
		}
		all.AddCommand(&cobra.Command{Use: e.Name, Run: func(*cobra.Command, []string) {}})
	}
	like := all.SuggestionsFor(name)
	if len(like) == 0 {
		return fault.New(fault.NotFound, "cli.op_unknown", "name", name)
	}
	return fault.New(fault.NotFound, "cli.op_like", "name", name, "like", strings.Join(like[:min(len(like), likeMax)], ", "))
}

func (r *run) input(args []string) ([]byte, error) {
	in := []byte("{}")
	var err error
	if len(args) == 2 {
		in = []byte(args[1])
		if args[1] == "-" {
			in, err = io.ReadAll(io.LimitReader(r.In, op.RequestBytesMax))
		}
	}
	if err == nil && !json.Valid(in) {
		err = fault.New(fault.Invalid, "cli.op_json")
	}
	return in, err
}

// lines performs the calls of the input one after the other.
func (r *run) lines(ctx context.Context, b machine.Book) error {
	in := bufio.NewScanner(r.In)
	in.Buffer(nil, op.RequestBytesMax)
	for n := 1; in.Scan(); n++ {
		if len(bytes.TrimSpace(in.Bytes())) == 0 {
			continue
		}
		var c struct {
			Op      string          `json:"op"`
			ID      string          `json:"id"`
			Request json.RawMessage `json:"request"`
		}
		if err := json.Unmarshal(in.Bytes(), &c); err != nil || c.Op == "" {
			return fault.New(fault.Invalid, "cli.op_line", "line", n).Because(err)
		}
		if c.Request == nil {
			c.Request = json.RawMessage("{}")
		}
		out, err := call(ctx, b, c.Op, c.ID, c.Request)
		if err != nil {
			return err
		}
		var line bytes.Buffer
		if err := json.Compact(&line, out); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(r.Out, line.String()); err != nil {
			return err
		}
	}
	return in.Err()
}

// perform is call, with a file when upload names one.
func (r *run) perform(ctx context.Context, b machine.Book, name, id string, in []byte, upload string,
) ([]byte, error) {
	if upload == "" {
		return call(ctx, b, name, id, in)
	}
	f, err := os.Open(upload)
	if err != nil {
		return nil, fault.New(fault.NotFound, "cli.file_unreadable", "file", upload).Because(err)
	}
	defer func() { _ = f.Close() }()
	if in, err = announced(in, f); err != nil {
		return nil, fault.New(fault.Invalid, "cli.op_json").Because(err)
	}
	if id != "" {
		ctx = op.WithRequestID(ctx, id)
	}
	return b.UploadJSON(ctx, name, in, f)
}

// announced completes the request of an upload with the name and the size of its file.
func announced(in []byte, f *os.File) ([]byte, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	req := map[string]json.RawMessage{}
	if err := json.Unmarshal(in, &req); err != nil {
		return nil, err
	}
	for field, value := range map[string]any{"name": st.Name(), "size": st.Size()} {
		if _, said := req[field]; !said {
			if req[field], err = json.Marshal(value); err != nil {
				return nil, err
			}
		}
	}
	return json.Marshal(req)
}

// call performs an operation by name, with an idempotency key unless id is empty.
func call(ctx context.Context, b machine.Book, name, id string, in []byte) ([]byte, error) {
	if id != "" {
		ctx = op.WithRequestID(ctx, id)
	}
	out, err := b.DoJSON(ctx, name, in)
	if err == nil && slices.Contains(rotating, name) {
		var next user.TokenResponse
		if err := json.Unmarshal(out, &next); err != nil {
			return nil, err
		}
		b.SetToken(next.Token)
	}
	return out, err
}

// rotating are the operations after which the session goes on under the token that they answer.
var rotating = []string{user.Confirm.Name, user.ChangePassword.Name, user.CloseOthers.Name}

func (r *run) pretty(out []byte) error {
	var text bytes.Buffer
	if err := json.Indent(&text, out, "", "  "); err != nil {
		return err
	}
	_, err := fmt.Fprintln(r.Out, text.String())
	return err
}
