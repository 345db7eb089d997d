package identity

import (
	"net/netip"
	"testing"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/specimen"
)

func TestADeviceIsKnownByItsKeys(t *testing.T) {
	u, err := specimen.StartPair(t.Context(), specimen.Options{Addr: netip.MustParseAddr("127.85.0.1"), Clock: clock.Real()})
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	read := func(i int) map[string]string {
		d := u.Devices()[i]
		door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{d.Addr()}, Ports: d.Ports()})
		if err != nil {
			t.Fatal(err)
		}
		f, err := Read(t.Context(), dial.New("A", door, nil, clock.Real()))
		if err != nil {
			t.Fatal(err)
		}
		return f.Keys
	}
	a, again, b := read(0), read(0), read(1)
	for at, k := range a {
		if again[at] != k {
			t.Errorf("%s: %s, then %s", at, k, again[at])
		}
		if b[at] == k || b[at] == "" {
			t.Errorf("%s: the twin proves %q", at, b[at])
		}
	}
	if len(a) != 3 {
		t.Errorf("keys of HTTPS, SSH and MQTT are wanted: %v", a)
	}
}
