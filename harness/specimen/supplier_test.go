package specimen

import (
	"net/http"
	"net/netip"
	"path/filepath"
	"testing"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

// TestSupplier: each address that the device file names is served, and each fault and oddity of the pages changes some.
func TestSupplier(t *testing.T) {
	t.Parallel()
	o := Options{Addr: netip.MustParseAddr("127.91.7.1"), Clock: clock.NewJump()}
	s, err := StartSupplier(o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	u, err := StartOne(t.Context(), Options{Addr: netip.MustParseAddr("127.91.7.2"), Clock: o.Clock, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	path, err := u.WriteDeviceFileOf(filepath.Join(t.TempDir()), provisions.V31)
	if err != nil {
		t.Fatal(err)
	}
	f, err := device.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	door, err := s.Door(f)
	if err != nil {
		t.Fatal(err)
	}
	for field, at := range f.IXIT.UserInfo.At {
		if got := door.Fetch(t.Context(), at.URL); got.Status != http.StatusOK {
			t.Errorf("%s: %+v", field, got)
		}
	}
	for name := range misprints {
		if _, err := published(map[string]bool{name: true}); err != nil {
			t.Error(err)
		}
	}
}
