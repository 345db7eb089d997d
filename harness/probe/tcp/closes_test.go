package tcp

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

func TestCloses(t *testing.T) {
	for name, c := range map[string]struct {
		open   time.Duration // how long the port is; 0: for good
		within time.Duration
		closed bool
		after  time.Duration // that it is at least known after; an eighth more at most, and a moment
	}{
		"in time":  {25 * time.Second, time.Minute, true, 25 * time.Second},
		"never":    {0, 30 * time.Second, false, 30 * time.Second},
		"too late": {time.Minute, 20 * time.Second, false, 20 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			at := l.Addr().(*net.TCPAddr).AddrPort()
			door, err := dial.Options{}.Door(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
			if err != nil {
				t.Fatal(err)
			}
			jump := clock.NewJump()
			jump.Busy(2) // the asker, and the device's timer until the port is shut
			defer jump.Busy(-1)
			go func() {
				defer jump.Busy(-1)
				if c.open > 0 {
					jump.Sleep(t.Context(), c.open)
					l.Close()
				}
			}()
			got, err := Closes{Port: at.Port(), Within: c.within}.Ask(t.Context(), dial.New("A", door, nil, jump))
			if err != nil || got.Closed != c.closed || got.After < c.after || got.After > c.after*9/8+time.Second || got.Looks > 50 {
				t.Errorf("%+v, %v; want %+v", got, err, c)
			}
		})
	}
}
