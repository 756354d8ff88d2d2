package crypt

import "testing"

// BenchmarkPage seals and opens one page.
func BenchmarkPage(b *testing.B) {
	s := newSuite(testRoot.Sub("db"))
	aad := newPageAAD(newID())
	page, sealed := emptyImage(), make([]byte, pageSize)
	b.Run("seal", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(pageSize)
		for b.Loop() {
			sealPage(s, &aad, sealed, page, 2)
		}
	})
	b.Run("open", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(pageSize)
		buf := make([]byte, pageSize)
		for b.Loop() {
			copy(buf, sealed)
			if _, ok := openPage(s, &aad, buf, 2); !ok {
				b.Fatal("does not open")
			}
		}
	})
}
