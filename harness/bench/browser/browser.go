// Package browser draws a page of the device as its scripts do.
//
// Its one idea is that a browser runs the device's programs and must not reach a neighbour by them: it stands alone in a network
// of its own, in which there is nothing but a proxy of ours, and that asks through the door, by GET, the device alone.
//
//	d, err := browser.Draw(ctx, on, browser.Page{Port: 443, TLS: true, Path: "/"})
//	// d.DOM: "<html>…<input type=\"password\">…"
package browser

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	web "github.com/secure-by-design/assay/harness/probe/http"
)

// Bounds of one page. Times are real; those of scripts are the browser's own, which leaps over waits.
const (
	within  = 30 * time.Second
	scripts = 5 * time.Second
	maxDOM  = 1 << 20 // bytes
	maxAsks = 200     // requests
)

// ErrNone says that pages cannot be drawn on this machine, and why.
var ErrNone = errors.New("no page can be drawn")

// A Page is where one stands.
type Page struct {
	Port uint16
	TLS  bool
	Path string
}

// A Drawn page is what scripts made of one.
type Drawn struct {
	DOM     []byte   // as HTML; cut at 1 MiB
	Asked   int      // requests that went to the device
	Refused []string // others that its scripts made: another host, something else than GET, words of doing
}

// names are those under which the browser is installed.
var names = []string{"chromium", "chromium-browser", "google-chrome", "chrome"}

func installed() (string, error) {
	for _, n := range names {
		if path, err := exec.LookPath(n); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%w: no Chromium is installed (package chromium)", ErrNone)
}

// Draw draws a page. ErrNone says that this machine cannot.
func Draw(ctx context.Context, on *dial.Device, p Page) (d Drawn, err error) {
	program, err := installed()
	if err != nil {
		return d, err
	}
	dir, err := os.MkdirTemp("", "assay-browser-")
	if err != nil {
		return d, fmt.Errorf("draw %s: %w", p.Path, err)
	}
	defer os.RemoveAll(dir)
	ctx, done := context.WithTimeout(ctx, within)
	defer done()
	ctx, end := web.Line(ctx, on, p.Port)
	defer end()
	gate, err := newGate(ctx, on)
	if err != nil {
		return d, fmt.Errorf("draw %s: %w", p.Path, err)
	}
	out := &bounded{most: maxDOM}
	err = alone(ctx, dir, gate.serve, func(proxy net.Addr) *exec.Cmd {
		cmd := exec.CommandContext(ctx, program, "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync", "--disable-extensions",
			"--disable-component-update", "--disable-dev-shm-usage", "--no-pings", "--user-data-dir="+dir, "--proxy-server=http://"+proxy.String(), "--proxy-bypass-list=<-loopback>",
			"--ignore-certificate-errors", fmt.Sprintf("--virtual-time-budget=%d", scripts.Milliseconds()), fmt.Sprintf("--timeout=%d", (within/2).Milliseconds()),
			"--dump-dom", web.Origin(on, p.Port, p.TLS)+p.Path)
		cmd.Env = []string{"HOME=" + dir, "TMPDIR=" + dir, "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8"}
		cmd.Dir, cmd.Stdout, cmd.WaitDelay = dir, out, 2*time.Second
		return cmd
	})
	d.DOM, d.Asked, d.Refused = out.b, gate.count(), gate.refusals()
	switch {
	case errors.Is(err, ErrNone):
		return d, err
	case err != nil && len(strings.TrimSpace(string(out.b))) == 0:
		return d, fmt.Errorf("draw %s: %w: %s ended: %w", p.Path, ErrNone, program, err)
	case d.Asked == 0:
		return d, fmt.Errorf("draw %s: %w: %s did not ask for it", p.Path, ErrNone, program)
	}
	on.Evidence("page as scripts drew it", d.DOM)
	return d, nil
}

// bounded keeps the beginning of what is written.
type bounded struct {
	b    []byte
	most int
}

func (w *bounded) Write(p []byte) (int, error) {
	w.b = append(w.b, p[:min(len(p), w.most-len(w.b))]...)
	return len(p), nil
}
