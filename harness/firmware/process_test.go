package firmware

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// Readers that a damaged file system could make of a good one.
var harmful = map[string]reader{
	"hang": inProcess("hang", func(reading, []byte, func(string, []byte) error) (int, error) {
		for i := 0; ; i++ {
			if i < 0 {
				i = 0
			}
		}
	}),
	"panic": inProcess("panic", func(reading, []byte, func(string, []byte) error) (int, error) { panic("index out of range") }),
	"crash": inProcess("crash", func(_ reading, _ []byte, emit func(string, []byte) error) (int, error) {
		emit("a", []byte("b"))
		done := make(chan bool)
		go func() { panic("in a goroutine of its own") }()
		<-done
		return 0, nil
	}),
	"flood": inProcess("flood", func(r reading, _ []byte, emit func(string, []byte) error) (int, error) {
		return 0, emit("a", make([]byte, r.most+1000))
	}),
}

// TestReadersApart: whatever a reader does, the search goes on, and nothing of it is left.
func TestReadersApart(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"hang": "a bound was reached", "panic": "damaged (index out of range)", "crash": "its reader did not come to an end", "flood": "a bound was reached"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ctx, stop := context.WithTimeout(t.Context(), time.Second)
			defer stop()
			began := time.Now()
			_, err := harmful[kind](reading{ctx, 1000}, []byte("image"), func(string, []byte) error { return nil })
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, not %q", err, want)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
	_, err := squash(reading{t.Context(), 1000}, []byte("no squashfs, by far"), func(string, []byte) error { return nil })
	if err == nil || errors.Is(err, errBound) {
		t.Errorf("%v", err)
	}
}

func FuzzUnframe(f *testing.F) {
	f.Add([]byte("f\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01ab"))
	f.Fuzz(func(t *testing.T, data []byte) {
		take(strings.NewReader(string(data)), reading{t.Context(), 1000}, func(_ string, b []byte) error {
			if len(b) > 1064 {
				t.Errorf("%d bytes", len(b))
			}
			return nil
		})
	})
}
