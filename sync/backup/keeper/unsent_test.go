package keeper_test

import (
	"os"
	"testing"
	"time"
)

// TestWorkThatDidNotLeaveIsKnownAtTheEnd, with since when and why, as long as no place elsewhere has it: a disk that is
// away is nothing to tell before it is late.
func TestWorkThatDidNotLeaveIsKnownAtTheEnd(t *testing.T) {
	k, b, clock, _ := newKeeper(t)
	disk, other := elsewhere(t), elsewhere(t)
	other.Label = "Autre disque"
	add(t, k, disk)
	b.change(t)
	if _, err := k.Now(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := k.Unsent(t.Context()); left != nil {
		t.Fatalf("all is there: %+v", left)
	}
	if err := os.RemoveAll(disk.Folder); err != nil {
		t.Fatal(err)
	}
	clock.Add(time.Hour)
	b.change(t)
	since := clock.Now()
	k.Changed()
	if err := k.Close(t.Context()); err == nil {
		t.Fatal("the disk is not there")
	}
	if left := k.Unsent(t.Context()); left != nil {
		t.Errorf("a disk that may be away: %+v", left)
	}
	clock.Add(20 * 24 * time.Hour)
	left := k.Unsent(t.Context())
	if left == nil || !left.Since.Equal(since) || left.Why.Key != "backup.disk_absent" || !left.Again {
		t.Fatalf("twenty days late: %+v", left)
	}
	add(t, k, other)
	if left = k.Unsent(t.Context()); left == nil {
		t.Error("a place that has nothing yet")
	}
	if err := k.Close(t.Context()); err == nil {
		t.Fatal("the first disk is not there")
	}
	if left = k.Unsent(t.Context()); left != nil {
		t.Errorf("another place has it: %+v", left)
	}
}
