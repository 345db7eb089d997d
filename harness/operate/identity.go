package operate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// A Trait is an entry of the settings that tells the device from others: "serial", and what stands there.
type Trait struct{ Name, Value string }

// identities are names of such entries; unshown are those that are tried although the settings do not show them.
var (
	identities = regexp.MustCompile(`(?i)^(serial|serial[_-]?(no|num|number)|device[_-]?id|deviceid|mac|mac[_-]?address|uuid|udid|hardware[_-]?id)$`)
	unshown    = []string{"serial", "device_id", "mac"}
)

// another is what is written in the place of an identity; it is no device's.
const another = "ASSAY-0000-REWRITTEN"

// Identity asks which identity the settings show to who is logged in: entries at the top of what settings-read brings, in JSON.
type Identity struct {
	As   string
	Look int // a second look is another question
}

// Shown is the answer.
type Shown struct {
	Read   bool // settings in JSON came
	Why    string
	Fields []Trait
}

// Level is gentle.
func (Identity) Level() provisions.Level { return provisions.Gentle }
func (q Identity) String() string        { return "which identity its settings show" }

// Ask reads.
func (q Identity) Ask(ctx context.Context, on *dial.Device) (Shown, error) {
	s, err := settingsOf(ctx, on, q.As)
	if err != nil || s.doc == nil {
		return Shown{Why: s.why}, err
	}
	return Shown{Read: true, Fields: s.fields()}, nil
}

// settings are what settings-read brought, and how it was asked for.
type settings struct {
	doc map[string]any
	why string
	way device.HTTP
	p   parameters
}

func settingsOf(ctx context.Context, on *dial.Device, as string) (settings, error) {
	op, err := find(on.File, "settings-read", "")
	if err != nil {
		return settings{}, err
	}
	if len(op.Steps) != 1 || op.Steps[0].HTTP == nil {
		return settings{}, errors.New("read the device's identity: the operation settings-read is not one HTTP request")
	}
	s := settings{way: *op.Steps[0].HTTP}
	if s.p, err = (Login{As: as}).parameters(on); err != nil {
		return s, err
	}
	in, err := login(ctx, on, as, s.p)
	if err != nil || !in.OK {
		s.why = in.why()
		return s, err
	}
	for name, secret := range in.Captured {
		if err := s.p.secret(name, secret); err != nil {
			return s, err
		}
	}
	s.p = s.p.of(on)
	return s, s.read(ctx, on)
}

func (s *settings) read(ctx context.Context, on *dial.Device) error {
	got, err := unkept(ctx, on, &s.way, s.p)
	if err != nil {
		return err
	}
	s.doc = nil
	if json.Unmarshal(got.body, &s.doc) != nil || s.doc == nil {
		s.why = "its settings are no object in JSON"
	}
	return nil
}

// fields are the entries that are an identity, in order.
func (s settings) fields() (out []Trait) {
	for _, name := range slices.Sorted(maps.Keys(s.doc)) {
		if v, ok := s.doc[name].(string); ok && identities.MatchString(name) && len(v) < 200 && len(out) < 20 {
			out = append(out, Trait{printable(name, 64), printable(v, 200)})
		}
	}
	return out
}

// RewriteIdentity tries to give the device another identity through its settings, as its highest user: the whole of them is sent
// back by PUT, POST and PATCH, with one entry changed.
type RewriteIdentity struct {
	As     string
	Fields []Trait // that the settings show, with what stands there; others are tried too
}

// Rewritten is what came of it.
type Rewritten struct {
	Tried    int      // requests
	Answered []string // those that were not refused outright: "POST serial: 200"
	Taken    []string // entries that show the other value afterwards
}

// Do writes.
func (r RewriteIdentity) Do(ctx context.Context, on *dial.Device) (Rewritten, error) {
	var out Rewritten
	s, err := settingsOf(ctx, on, r.As)
	if err != nil || s.doc == nil {
		return out, errors.Join(err, errors.New("give the device another identity: "+s.why))
	}
	for _, name := range r.names() {
		for _, method := range []string{"PUT", "POST", "PATCH"} {
			status, err := s.write(ctx, on, method, name, another)
			if err != nil {
				return out, err
			}
			if out.Tried++; status/100 == 2 {
				out.Answered = append(out.Answered, fmt.Sprintf("%s %s: %d", method, name, status))
			}
			if err := s.read(ctx, on); err != nil {
				return out, err
			}
			if s.doc[name] == another {
				out.Taken = append(out.Taken, name)
				break
			}
		}
	}
	return out, nil
}

func (r RewriteIdentity) names() (out []string) {
	for _, f := range r.Fields {
		out = append(out, f.Name)
	}
	for _, n := range unshown {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// write sends the settings back with one entry changed, or left out where to is "".
func (s settings) write(ctx context.Context, on *dial.Device, method, name, to string) (status int, err error) {
	doc := maps.Clone(s.doc)
	if doc == nil {
		doc = map[string]any{}
	}
	if doc[name] = to; to == "" {
		delete(doc, name)
	}
	body, err := json.Marshal(doc)
	if err != nil {
		return 0, err
	}
	h, p := s.way, maps.Clone(s.p)
	h.Method, h.Body, h.Status, h.Expect = method, "{settings}", nil, ""
	h.Headers = maps.Clone(h.Headers)
	if h.Headers == nil {
		h.Headers = map[string]string{}
	}
	h.Headers["Content-Type"] = "{body_type}" // a parameter, so that the body is taken as it is
	p["body_type"] = value{text: "application/json"}
	if err := p.secret("settings", evidence.Keep(string(body))); err != nil { // what else stands in them is not for the record
		return 0, err
	}
	got, err := unkept(ctx, on, &h, p)
	return got.status, err
}

// Undo writes back what stood there, and takes away what did not.
func (r RewriteIdentity) Undo(ctx context.Context, on *dial.Device) error {
	s, err := settingsOf(ctx, on, r.As)
	if err != nil {
		return fmt.Errorf("give the device its identity back: %w", err)
	}
	stood := map[string]string{}
	for _, f := range r.Fields {
		stood[f.Name] = f.Value
	}
	for _, name := range r.names() {
		was, shown := stood[name]
		if !shown && s.doc[name] != another {
			continue
		}
		if err := s.back(ctx, on, name, was); err != nil {
			return fmt.Errorf("give the device its identity back: %w", err)
		}
	}
	return nil
}

// back makes an entry what it was; "" is that there was none.
func (s *settings) back(ctx context.Context, on *dial.Device, name, was string) error {
	is := func() bool {
		now, there := s.doc[name]
		return was == "" && (!there || now == "") || was != "" && now == was
	}
	for _, method := range []string{"PUT", "POST", "PATCH"} {
		if is() {
			return nil
		}
		if _, err := s.write(ctx, on, method, name, was); err != nil {
			return err
		}
		if err := s.read(ctx, on); err != nil {
			return err
		}
	}
	if !is() {
		return fmt.Errorf("%s is %q, and was %q: set it by hand", name, s.doc[name], was)
	}
	return nil
}

// Level is disruptive: a device with another identity may be of no more use.
func (RewriteIdentity) Level() provisions.Level { return provisions.Disruptive }
func (r RewriteIdentity) String() string        { return "try to give the device another identity" }
