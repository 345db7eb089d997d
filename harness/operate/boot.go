package operate

import (
	"context"
	"errors"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/bench/updates"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/http"
	"github.com/secure-by-design/assay/provisions"
)

// writeFlash is the operation that puts an image in its place past the updater: a programmer, a card, a recovery download. {image}
// is a folder with the image's files, as the layout of updates: names them.
const writeFlash, flashKind = "write-image", "flash"

// WriteFlash puts an image in its place past the updater and restarts the device: what checks its software at the start must see it.
type WriteFlash struct {
	Image  string // a genuine one: "n"
	Attack string // or an attack, by its name
}

// Started is how the device came up.
type Started struct {
	Wrote    bool   // the image was taken
	Said     string // if not
	Claims   string // the version that the image says it is
	Property string // of an attack: what is wrong with it
	Version  string // that runs; "" where the device gives none
	Why      string // it gives none
}

// Runs tells that the image is what runs.
func (s Started) Runs() bool { return s.Wrote && s.Version != "" && s.Version == s.Claims }

// Flashes tells whether the device file has such a way.
func Flashes(f *device.File) bool {
	if f == nil {
		return false
	}
	_, ok := f.Operations[writeFlash+"/"+flashKind]
	return ok
}

// Do writes, cuts the power, and reads the version.
func (w WriteFlash) Do(ctx context.Context, on *dial.Device) (Started, error) {
	o, err := (OfferUpdate{Image: w.Image, Attack: w.Attack}).offer(on)
	if err != nil {
		return Started{}, err
	}
	files, err := w.files(on)
	if err != nil {
		return Started{}, err
	}
	s := Started{Claims: o.claims, Property: o.property}
	out, err := inFolder(files, func(dir string) (Outcome, error) {
		return perform(ctx, on, writeFlash, flashKind, parameters{"image": {text: dir}, "version": {text: o.claims}})
	})
	if err != nil && !errors.Is(err, dial.ErrDown) {
		return s, fmt.Errorf("%s: %w", w, err)
	}
	if s.Wrote, s.Said = out.OK, out.why(); !s.Wrote {
		return s, nil
	}
	cut, err := PowerCycle{}.Do(ctx, on)
	if err == nil && !cut.OK {
		err = fmt.Errorf("operation %q: %s", "power-cycle", cut.why())
	}
	if err != nil && !errors.Is(err, dial.ErrDown) {
		return s, fmt.Errorf("%s: %w", w, err)
	}
	v, err := Version{}.Ask(ctx, on)
	if ctx.Err() != nil {
		return s, context.Cause(ctx)
	}
	if s.Version = v.Version; err != nil {
		s.Why = printable(err.Error(), 400)
	}
	return s, nil
}

// files are those of the image.
func (w WriteFlash) files(on *dial.Device) (updates.Files, error) {
	load := updates.Open(on.File)
	if w.Attack == "" {
		return updates.Genuine(on.File.Updates, w.Image, load)
	}
	a, err := updates.Make(on.File.Updates, load, w.Attack)
	return a.Files, err
}

// inFolder calls with a folder of this user's alone that holds files, and takes it away.
func inFolder(files updates.Files, call func(dir string) (Outcome, error)) (Outcome, error) {
	dir, err := os.MkdirTemp("", "assay-image-")
	if err != nil {
		return Outcome{}, fmt.Errorf("lay an image out: %w", err)
	}
	defer os.RemoveAll(dir)
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), b, 0o600); err != nil {
			return Outcome{}, fmt.Errorf("lay an image out: %w", err)
		}
	}
	return call(dir)
}

// Undo puts the genuine image n-1 in its place, unless a genuine image runs.
func (w WriteFlash) Undo(ctx context.Context, on *dial.Device) error {
	const what = "put a genuine image back in its place"
	if v, err := (Version{}).Ask(ctx, on); err == nil && on.File.Updates != nil {
		for _, i := range on.File.Updates.Images {
			if i.Version == v.Version {
				return nil
			}
		}
	}
	got, err := WriteFlash{Image: "n-1"}.Do(ctx, on)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", what, err)
	case !got.Runs():
		return fmt.Errorf("%s: it does not run (%s%s)", what, got.Said, got.Why)
	}
	return nil
}

// Level is disruptive: the device may not start again.
func (WriteFlash) Level() provisions.Level { return provisions.Disruptive }
func (w WriteFlash) String() string {
	return "write the image " + w.Image + w.Attack + " past the updater"
}

// Front asks what the front page of a web server says to anybody.
type Front struct {
	Port  uint16
	TLS   bool
	Look  int           // a second look is another question
	After time.Duration // waited first, by the clock
}

// A Page is what came: 0 is no answer.
type Page struct {
	Status int
	Text   string // what is read of it, at most 4 KiB
}

// Level is gentle.
func (Front) Level() provisions.Level { return provisions.Gentle }
func (q Front) String() string        { return fmt.Sprintf("what the page on TCP %d says", q.Port) }

// Ask reads it. That there is no answer is one.
func (q Front) Ask(ctx context.Context, on *dial.Device) (Page, error) {
	if err := on.Clock.Sleep(ctx, q.After); err != nil {
		return Page{}, fmt.Errorf("wait before the page is looked at: %w", err)
	}
	ctx, end := http.Line(ctx, on, q.Port)
	defer end()
	got, err := http.Do(ctx, on, http.Request{Port: q.Port, TLS: q.TLS, Method: "GET", Path: "/"})
	if ctx.Err() != nil {
		return Page{}, context.Cause(ctx)
	}
	if err != nil {
		return Page{}, nil
	}
	return Page{got.Status, read(got.Body)}, nil
}

var (
	hidden = regexp.MustCompile(`(?is)<(script|style)\b.*?(</(script|style)\s*>|$)`)
	tags   = regexp.MustCompile(`(?s)<[^>]*(>|$)`)
)

// read is a page as it is read: without tags, scripts and styles.
func read(body []byte) string {
	body = body[:min(len(body), 256<<10)]
	text := html.UnescapeString(tags.ReplaceAllString(hidden.ReplaceAllString(string(body), " "), " "))
	return printable(strings.Join(strings.Fields(text), " "), MaxAnswer)
}
