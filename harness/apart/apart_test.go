package apart

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

type said struct{ Text string }

var read = Reader("test", func(b []byte) (said, error) {
	switch string(b) {
	case "bad":
		return said{}, errors.New("that is none")
	case "panic":
		panic("at the disco")
	case "loop":
		for i := 0; ; i++ {
			if i < 0 {
				i = 0
			}
		}
	case "memory":
		all := make([]byte, 8<<30)
		for i := range all {
			all[i] = 1
		}
	case "long":
		return said{strings.Repeat("x", maxOut)}, nil
	}
	return said{strings.ToUpper(string(b))}, nil
})

func TestReader(t *testing.T) {
	t.Parallel()
	if a, err := read(t.Context(), []byte("hello")); err != nil || a.Text != "HELLO" {
		t.Errorf("%v %v", a, err)
	}
	if _, err := read(t.Context(), []byte("bad")); err == nil || err.Error() != "that is none" {
		t.Error(err)
	}
	if _, err := read(t.Context(), []byte("panic")); err == nil || !strings.Contains(err.Error(), "at the disco") {
		t.Error(err)
	}
	if _, err := read(t.Context(), []byte("long")); !errors.Is(err, ErrEnded) {
		t.Error(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer stop()
	if _, err := read(ctx, []byte("loop")); !errors.Is(err, ErrEnded) {
		t.Error(err)
	}
}
