package updates

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

// Options are the parameters of a server. A zero field has its default.
type Options struct {
	Redirect bool          // every file lies behind one redirect (302) to another path of this server
	Requests int           // lines of the log: 1,000
	Open     int           // connections at once: 32
	Stalled  time.Duration // how long a device may take nothing, real time: 30 s
}

// A Request is one line of the server's log.
type Request struct {
	From   netip.Addr
	Method string
	Path   string // at most 256 bytes
	Range  string
	Status int // 0: refused, it came from elsewhere than the device
	Bytes  int64
}

// A Server serves one update to one device.
type Server struct {
	files   map[string][]byte
	opt     Options
	http    *http.Server
	listen  net.Listener
	clock   clock.Clock
	allowed func(netip.Addr) bool
	done    chan struct{}
	stop    func() bool

	mu       sync.Mutex
	requests []Request
	missed   int               // lines that were too many
	sent     map[string][]span // by path of a file
	closed   bool
	serving  int
	quiet    sync.Cond // serving is 0
}

type span struct{ from, to int64 }

// Serve plays the update server of files, by path, on the address that faces the device and a port of the system's choice,
// until Close or the context's end. Nobody but the device is answered.
func Serve(ctx context.Context, on *dial.Device, files map[string][]byte, o Options) (*Server, error) {
	facing, err := facing(ctx, on)
	if err != nil {
		return nil, err
	}
	return listen(ctx, facing, on.Addresses(), on.Clock, files, o)
}

// listen serves on an address of ours, for a device that has the addresses given.
func listen(ctx context.Context, facing netip.Addr, device []netip.Addr, c clock.Clock, files map[string][]byte, o Options) (*Server, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", netip.AddrPortFrom(facing, 0).String())
	if err != nil {
		return nil, fmt.Errorf("play the update server on %v: %w", facing, err)
	}
	set(&o.Requests, 1000)
	set(&o.Open, 32)
	set(&o.Stalled, 30*time.Second)
	s := &Server{files: map[string][]byte{}, opt: o, clock: c, allowed: allowed(device), sent: map[string][]span{}, done: make(chan struct{})}
	for path, b := range files {
		s.files["/"+strings.TrimPrefix(path, "/")] = b
	}
	s.quiet.L = &s.mu
	s.listen = &gate{l, s, make(chan struct{}, o.Open)}
	s.http = &http.Server{
		Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: o.Stalled, IdleTimeout: o.Stalled, MaxHeaderBytes: 16 << 10,
		ErrorLog: log.New(io.Discard, "", 0),
	}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(s.listen)
	}()
	s.stop = context.AfterFunc(ctx, s.shut)
	return s, nil
}

func set[T comparable](field *T, to T) {
	if *field == *new(T) {
		*field = to
	}
}

// facing is the address of ours from which the device is reached. Nothing is sent for it.
func facing(ctx context.Context, on *dial.Device) (netip.Addr, error) {
	port := uint16(9)
	if ports := on.Ports(); len(ports) > 0 {
		port = ports[0]
	}
	c, err := on.Dial(ctx, "udp", port)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("find the address that faces the device %v: %w", on.Address(), err)
	}
	defer c.Close()
	to, err := netip.ParseAddrPort(c.LocalAddr().String())
	if err != nil {
		return netip.Addr{}, fmt.Errorf("find the address that faces the device %v: %w", on.Address(), err)
	}
	return to.Addr(), nil
}

// allowed tells who is the device. One on loopback may come by any loopback address: the kernel chooses.
func allowed(device []netip.Addr) func(netip.Addr) bool {
	return func(from netip.Addr) bool {
		return slices.ContainsFunc(device, func(a netip.Addr) bool {
			return a.WithZone("").Unmap() == from || a.IsLoopback() && from.IsLoopback()
		})
	}
}

// A gate lets the device in and turns others away before they are read.
type gate struct {
	net.Listener
	s      *Server
	places chan struct{}
}

func (g *gate) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from := sender(c.RemoteAddr().String())
		if !g.s.allowed(from) {
			c.Close()
			g.s.note(Request{From: from})
			continue
		}
		select {
		case g.places <- struct{}{}:
			return &visit{Conn: c, leave: sync.OnceFunc(func() { <-g.places })}, nil
		default:
			c.Close()
			g.s.note(Request{From: from, Status: http.StatusServiceUnavailable})
		}
	}
}

type visit struct {
	net.Conn
	leave func()
}

func (v *visit) Close() error {
	defer v.leave()
	return v.Conn.Close()
}

func sender(s string) netip.Addr {
	a, _ := netip.ParseAddrPort(s)
	return a.Addr().WithZone("").Unmap()
}

const moved = "/moved" // where a redirect leads

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if !s.enter(1) {
		return
	}
	defer s.enter(-1)
	s.clock.Busy(1) // an update on its way holds the clock
	defer s.clock.Busy(-1)
	line := Request{From: sender(r.RemoteAddr), Method: clip(r.Method), Path: clip(r.URL.Path), Range: clip(r.Header.Get("Range"))}
	out := &counted{ResponseWriter: w, control: http.NewResponseController(w), stalled: s.opt.Stalled}
	defer func() {
		line.Status, line.Bytes = out.status, out.bytes
		s.note(line)
	}()
	path, behind := strings.CutPrefix(r.URL.Path, moved)
	b, ok := s.files[path]
	switch {
	case !ok || behind && !s.opt.Redirect:
		http.Error(out, "not found", http.StatusNotFound)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		http.Error(out, "not allowed", http.StatusMethodNotAllowed)
	case s.opt.Redirect && !behind:
		http.Redirect(out, r, s.URL()+moved+path, http.StatusFound)
	default:
		out.Header().Set("Content-Type", "application/octet-stream")
		http.ServeContent(out, r, "", time.Time{}, bytes.NewReader(b))
		s.gave(path, r.Method, out)
	}
}

// enter counts those who are served; false when the server was closed.
func (s *Server) enter(n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n > 0 && s.closed {
		return false
	}
	if s.serving += n; s.serving == 0 {
		s.quiet.Broadcast()
	}
	return true
}

func clip(s string) string { return s[:min(len(s), 256)] }

// gave notes which bytes of a file were sent.
func (s *Server) gave(path, method string, out *counted) {
	var from int64
	switch {
	case method != http.MethodGet:
		return
	case out.status == http.StatusPartialContent:
		if _, err := fmt.Sscanf(out.Header().Get("Content-Range"), "bytes %d-", &from); err != nil {
			return // several ranges at once: what was sent is not told apart
		}
	case out.status != http.StatusOK:
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sent[path]) < s.opt.Requests {
		s.sent[path] = append(s.sent[path], span{from, from + out.bytes})
	}
}

func (s *Server) note(r Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.requests) >= s.opt.Requests {
		s.missed++
		return
	}
	s.requests = append(s.requests, r)
}

// URL is where the files lie, without a slash at its end.
func (s *Server) URL() string { return "http://" + s.Address() }

// Address is the server's host and port. A zone is left out: it means something on this host alone.
func (s *Server) Address() string {
	a, _ := netip.ParseAddrPort(s.listen.Addr().String())
	return netip.AddrPortFrom(a.Addr().WithZone(""), a.Port()).String()
}

// Requests are the lines of the log, and how many were too many to be kept.
func (s *Server) Requests() (log []Request, missed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests), s.missed
}

// Fetched are the paths of which the device took something, in order, and whether it took every file that it took at all as a whole.
func (s *Server) Fetched() (paths []string, fully bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fully = len(s.sent) > 0
	for _, path := range slices.Sorted(maps.Keys(s.sent)) {
		paths = append(paths, strings.TrimPrefix(path, "/"))
		fully = fully && covers(s.sent[path], int64(len(s.files[path])))
	}
	return paths, fully
}

// covers tells whether spans make up all of a file.
func covers(spans []span, size int64) bool {
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b span) int { return int(a.from - b.from) })
	var end int64
	for _, s := range spans {
		if s.from > end {
			return false
		}
		end = max(end, s.to)
	}
	return end >= size
}

func (s *Server) shut() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	_ = s.http.Close()
}

// Close ends all connections and returns when nothing is left.
func (s *Server) Close() error {
	s.stop()
	s.shut()
	<-s.done
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.serving > 0 {
		s.quiet.Wait()
	}
	return nil
}

// counted notes the status and the bytes that went out, and gives the device time for each write only.
type counted struct {
	http.ResponseWriter
	control *http.ResponseController
	stalled time.Duration
	status  int
	bytes   int64
}

func (c *counted) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *counted) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	_ = c.control.SetWriteDeadline(time.Now().Add(c.stalled))
	n, err := c.ResponseWriter.Write(b)
	c.bytes += int64(n)
	return n, err
}
