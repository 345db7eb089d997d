package operate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/bench/updates"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// An Attack is one that can be offered, or why it cannot. It differs from its control in one property.
type Attack struct {
	Name     string
	Group    string // authenticity, integrity, rollback, path
	From     string // the image that must be installed before: "n-1" or "n"
	Property string
	Control  string // the genuine image that must be installable by the same way afterwards
	Claims   string // the version that it says it is
	Applies  bool
	WhyNot   string
}

// Attacks asks which update attacks can be derived from the genuine images of the device file, in the order of a run. The
// device is not asked anything.
type Attacks struct{}

// Ask derives them.
func (Attacks) Ask(_ context.Context, on *dial.Device) ([]Attack, error) {
	if on.File == nil || on.File.Updates == nil {
		return nil, errNoImages
	}
	list, err := updates.Derive(on.File.Updates, updates.Open(on.File))
	if err != nil {
		return nil, err
	}
	out := make([]Attack, len(list))
	for i, a := range list {
		out[i] = Attack{a.Name, a.Group, a.From, a.Property, a.Control, a.Claims, a.Applies, a.WhyNot}
	}
	return out, nil
}

// Level is passive: nothing is sent.
func (Attacks) Level() provisions.Level { return provisions.Passive }

var errNoImages = errors.New("offer an update: the device file declares no images: add updates:")

// OfferUpdate plays the update server and has the device fetch an image through the operation offer-update.
type OfferUpdate struct {
	Image      string // a genuine one: "n", "n+1", "n-1"
	Attack     string // or an attack, by its name
	PowerCycle bool   // afterwards, where the file has the operation power-cycle: an image may take over at the next start
}

// Offered is what became of it.
type Offered struct {
	Before, After string // versions that the device showed; After is empty where it showed none
	Claims        string // the version that the image says it is
	Property      string // of an attack: what is wrong with it
	Fetched       []string
	FetchedFully  bool   // everything of which the device took a part
	Accepted      bool   // the operation's steps went well: the device took the offer
	Answer        string // what the device said to it
	Refused       string // and what it said where it refused, then or later
	Reason        Refusal
	BootOK        bool // the device answers in the end
	PowerCycled   bool
	Why           string // After is empty: why
	Took          time.Duration
}

// Installed tells that another version runs than before.
func (o Offered) Installed() bool { return o.After != "" && o.After != o.Before }

// An offer is what is offered.
type offer struct {
	what     string
	paths    map[string][]byte
	claims   string
	property string
	from     string // the version that must be installed; "" any
	redirect bool
}

// Do offers the image and waits twice the declared time of installation, by the clock.
func (u OfferUpdate) Do(ctx context.Context, on *dial.Device) (Offered, error) {
	o, err := u.offer(on)
	if err != nil {
		return Offered{}, err
	}
	began := on.Clock.Now()
	before, err := Version{}.Ask(ctx, on)
	if err != nil {
		return Offered{}, fmt.Errorf("%s: %w", o.what, err)
	}
	if o.from != "" && before.Version != o.from {
		return Offered{}, fmt.Errorf("%s: it begins at version %s and the device shows %s: bring it back by the operation reimage", o.what, o.from, before.Version)
	}
	server, err := updates.Serve(ctx, on, o.paths, updates.Options{Redirect: o.redirect})
	if err != nil {
		return Offered{}, fmt.Errorf("%s: %w", o.what, err)
	}
	defer server.Close()
	p := parameters{"url": {text: server.URL()}, "server": {text: server.Address()}, "image": {text: u.Image}, "version": {text: o.claims}}
	out, err := perform(ctx, on, "offer-update", "", p)
	if err != nil && !errors.Is(err, dial.ErrDown) {
		return Offered{}, fmt.Errorf("%s: %w", o.what, err)
	}
	r := Offered{Before: before.Version, Claims: o.claims, Property: o.property, Accepted: err == nil && out.OK, Answer: out.Answer}
	if err := u.settle(ctx, on, &r); err != nil {
		return Offered{}, fmt.Errorf("%s: %w", o.what, err)
	}
	r.Fetched, r.FetchedFully = server.Fetched()
	on.Evidence("update server", logOf(server))
	r.refusal(out, later(ctx, on))
	r.Took = on.Clock.Now().Sub(began)
	return r, nil
}

// Level is disruptive: a device that lets an attack in may not start again.
func (OfferUpdate) Level() provisions.Level { return provisions.Disruptive }

// offer makes what is offered.
func (u OfferUpdate) offer(on *dial.Device) (o offer, err error) {
	if on.File == nil || on.File.Updates == nil {
		return o, errNoImages
	}
	declared := on.File.Updates
	load := updates.Open(on.File)
	if u.Attack != "" {
		a, err := updates.Make(declared, load, u.Attack)
		if err != nil {
			return o, err
		}
		paths := updates.Paths(declared, a.Claims, a.Files)
		return offer{"offer the update attack " + u.Attack, paths, a.Claims, a.Property, declared.Images[a.From].Version, a.Redirect}, nil
	}
	files, err := updates.Genuine(declared, u.Image, load)
	if err != nil {
		return o, fmt.Errorf("offer an update: %w", err)
	}
	version := declared.Images[u.Image].Version
	return offer{what: "offer the image " + u.Image, paths: updates.Paths(declared, version, files), claims: version}, nil
}

// settle waits until the device has had its time, looking in between, and reads the version at last.
func (u OfferUpdate) settle(ctx context.Context, on *dial.Device, r *Offered) error {
	const looks = 4
	portion := seconds(2 * on.File.Updates.InstallS / looks)
	for range looks {
		if err := on.Clock.Sleep(ctx, portion); err != nil {
			return fmt.Errorf("wait for the installation: %w", err)
		}
		if v, err := (Version{}).Ask(ctx, on); err == nil && v.Version != r.Before {
			break // it is in; a device that is away while it installs is asked again
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	var cycled error
	if u.PowerCycle && Declared(on.File, "power-cycle") {
		out, err := PowerCycle{}.Do(ctx, on)
		if cycled = err; err == nil && !out.OK {
			cycled = fmt.Errorf("operation %q: %s", "power-cycle", out.why())
		}
		r.PowerCycled = cycled == nil
	}
	v, err := Version{}.Ask(ctx, on)
	if err == nil {
		r.After, r.BootOK = v.Version, true
		return cycled
	}
	r.Why = err.Error()
	return r.started(ctx, on)
}

// started tells, of a device that shows no version any more, whether it starts at all. That it does not is a finding.
func (o *Offered) started(ctx context.Context, on *dial.Device) error {
	err := on.Alive(ctx)
	if err != nil && !errors.Is(err, dial.ErrDown) {
		return err
	}
	downs := on.Downs()
	gone := len(downs) > 0 && !downs[len(downs)-1].Back // something answers, but no service does
	o.BootOK = err == nil && !gone
	return nil
}

// later is what the operation read-update brings, where the file has it: devices that fetch on their own refuse later.
func later(ctx context.Context, on *dial.Device) string {
	if !Declared(on.File, "read-update") {
		return ""
	}
	out, err := perform(ctx, on, "read-update", "", parameters{})
	if err != nil {
		return ""
	}
	if m := out.Shown["message"]; m != "" {
		return m
	}
	return out.Answer
}

// refusal notes what the device said where it did not install.
func (o *Offered) refusal(out Outcome, later string) {
	if o.Installed() {
		return
	}
	said := []string{}
	if !out.OK {
		said = append(said, out.Answer)
	} else if m := out.Shown["message"]; m != "" {
		said = append(said, m)
	}
	if later != "" {
		said = append(said, later)
	}
	o.Refused = printable(strings.Join(said, "; "), MaxAnswer)
	o.Reason = Classify(o.Refused)
}

func logOf(s *updates.Server) []byte {
	var b strings.Builder
	lines, missed := s.Requests()
	for _, l := range lines {
		fmt.Fprintf(&b, "%v %s %q %s %d, %d bytes\n", l.From, l.Method, l.Path, l.Range, l.Status, l.Bytes)
	}
	if missed > 0 {
		fmt.Fprintf(&b, "and %d more\n", missed)
	}
	return []byte(b.String())
}
