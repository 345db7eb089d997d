package specimen

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

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
	reply(w, http.StatusOK, "message", fmt.Sprintf("pair within %v", d.Window), "seconds", d.Window.Seconds())
}

// pair opens the pairing port. The caller holds the lock.
func (d *Device) pair() error {
	if d.pairing || d.ctx.Err() != nil {
		return nil
	}
	if err := d.ajar(Pairing, d.Window, func() { d.pairing = false }); err != nil {
		return err
	}
	d.pairing = true
	return nil
}

// ajar opens a port for a while; after is called under the lock. The caller holds the lock. What an owner began just before a test
// ends a while after the test first met it: a clock that jumps would not wait for the test, and until then stands.
func (d *Device) ajar(port uint16, while time.Duration, after func()) error {
	l, err := net.Listen("tcp", netip.AddrPortFrom(d.Options.Addr, port).String())
	if err != nil {
		return err
	}
	met := make(chan struct{})
	meet := sync.OnceFunc(func() { close(met) })
	shut := d.accept(l, func(c net.Conn) { meet(); d.greet(c) })
	if port == Pairing {
		d.unpair = func() { shut(); d.pairing = false }
	}
	if port == Pairing && d.is("pairing-mode-never-ends") {
		return nil
	}
	if d.pressed || d.unit != "A" || !d.is("intermittent-pairing-window") {
		meet()
	}
	d.pressed = true
	d.Clock.Busy(1) // from now until it is shut: the clock must not run ahead of that
	d.wg.Go(func() {
		defer d.Clock.Busy(-1)
		select {
		case <-met:
		case <-d.ctx.Done():
		}
		d.Clock.Sleep(d.ctx, while)
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
