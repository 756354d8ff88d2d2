package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"zafe/store"
	"zafe/store/storetest"
)

// childEnv makes this test binary do a piece of work on a book, and die at a step of it.
const childEnv = "ZAFE_STORE_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killEnv); dir != "" {
		fmt.Println("error", attachUntilKilled(dir))
		os.Exit(1)
	}
	if os.Getenv(childEnv) == "" {
		os.Exit(m.Run())
	}
	if err := dying(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Println(err)
	}
	os.Exit(1) // it was to be killed
}

// dying does what the name says to the book in dir, and is killed without warning where step is due.
func dying(what, dir, step string) error {
	o := store.Stepping(cheap, func(name string) error {
		if name != step {
			return nil
		}
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Kill()
		}
		time.Sleep(time.Minute)
		return err
	})
	ctx := context.Background()
	unlock := store.WithRecovery(storetest.Recovery)
	survived := errors.New("not killed: the step never came")
	if what == "claire" {
		o.Aside = dir + ".aside"
		return errors.Join(claireGoesBack(ctx, dir, o), survived)
	}
	if what != "rotate" { // the others work with the newer program
		store.AddMigration(later, laterSQL)
	}
	if what == "back" {
		o.Aside = dir + ".aside"
		unlock = store.WithPassword(storetest.Password)
		return errors.Join(store.GoBack(ctx, dir, unlock, o, anybody, func(*store.Tx, string) error { return nil }), survived)
	}
	s, err := store.Open(ctx, dir, unlock, o)
	if err != nil || what == "update" {
		return errors.Join(err, survived)
	}
	return errors.Join(s.Rotate(ctx, rotation, nil), survived)
}

// killed has another process work on the book in dir until it is killed at a step.
func killed(t *testing.T, what, dir, step string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, what, dir, step)
	cmd.Env = append(os.Environ(), childEnv+"=1")
	out, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != -1 {
		t.Fatalf("%v: %s", err, out)
	}
}
