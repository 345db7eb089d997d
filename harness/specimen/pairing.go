package specimen

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
)

// Window is how long a companion may be paired after the owner asked for it, unless one is paired sooner.
const Window = 120 * time.Second

// bootWindow is how long after a start a fault has a port open.
const bootWindow = 30 * time.Second

// postPair is the owner's button: the pairing port opens for a while. {"companion": "none"} is one who asked and walked away.
func (d *Device) postPair(w http.ResponseWriter, _ *http.Request, _ session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.pair(); err != nil {
		reply(w, http.StatusConflict, "error", err.Error())
		return
	}
	reply(w, http.StatusOK, "message", "pair within two minutes", "seconds", Window.Seconds())
}

// pair opens the pairing port. The caller holds the lock.
func (d *Device) pair() error {
	if d.pairing || d.ctx.Err() != nil {
		return nil
	}
	if err := d.ajar(Pairing, Window, d.is("pairing-mode-never-ends"), func() { d.pairing = false }); err != nil {
		return err
	}
	d.pairing = true
	return nil
}

// ajar opens a port for a while, or, as a fault, for good; after is called under the lock. The caller holds the lock.
func (d *Device) ajar(port uint16, while time.Duration, forever bool, after func()) error {
	l, err := net.Listen("tcp", netip.AddrPortFrom(d.Options.Addr, port).String())
	if err != nil {
		return err
	}
	shut := d.accept(l, d.greet)
	if forever {
		return nil
	}
	d.wg.Go(func() {
		clock.Idle(d.ctx, d.Clock, while)
		shut()
		d.mu.Lock()
		defer d.mu.Unlock()
		after()
	})
	return nil
}

// greet says that it is there, and nothing else.
func (d *Device) greet(c net.Conn) {
	io.WriteString(c, "READY\r\n")
	io.Copy(io.Discard, io.LimitReader(c, 1<<10))
}

// accept serves each connection of a listener until the device ends or what it returns is called.
func (d *Device) accept(l net.Listener, serve func(net.Conn)) (shut func()) {
	var mu sync.Mutex
	conns, closed := map[net.Conn]bool{}, false
	shut = sync.OnceFunc(func() {
		l.Close()
		mu.Lock()
		defer mu.Unlock()
		closed = true
		for c := range conns {
			c.Close()
		}
	})
	context.AfterFunc(d.ctx, shut)
	d.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				if over(err) || d.ctx.Err() != nil {
					return
				}
				continue
			}
			mu.Lock()
			conns[c] = true
			if closed {
				c.Close()
			}
			mu.Unlock()
			d.wg.Go(func() {
				defer func() { mu.Lock(); delete(conns, c); mu.Unlock(); c.Close() }()
				c.SetDeadline(time.Now().Add(30 * time.Second))
				serve(c)
			})
		}
	})
	return shut
}
