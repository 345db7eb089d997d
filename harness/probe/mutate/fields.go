package mutate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/secure-by-design/assay/harness/bench/updates"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/provisions"
)

// Fields sets the fields that a row of 29-InpVal names to what they should not hold, as the login that may set them, and puts back what
// stood there. What is kept beyond its bounds, and what makes the device call us, convicts.
type Fields struct {
	Row       string // of 29-InpVal
	Seed      uint64
	Most      int // mutants of each field
	PerSecond int
	Fastest   int
}

// Level is disruptive: it may bring the device down.
func (Fields) Level() provisions.Level { return provisions.Disruptive }

// Disturbs: whatever odd input left behind.
func (Fields) Disturbs() string { return "odd values were set" }
func (q Fields) String() string {
	return fmt.Sprintf("what %d odd values do to each field of %s", q.Most, q.Row)
}

// Ask sets them, field by field.
func (q Fields) Ask(ctx context.Context, on *dial.Device) (t Tried, err error) {
	if on.File == nil || on.File.IXIT.InpVal == nil || q.Most < 1 || q.PerSecond < 1 {
		return t, fmt.Errorf("set odd values of %s: nothing is declared, or none is asked for", q.Row)
	}
	ear, err := updates.Serve(ctx, on, nil, updates.Options{Requests: maxHeard})
	if err != nil {
		return t, fmt.Errorf("listen for calls of the device: %w", err)
	}
	defer ear.Close()
	var all []*field
	for _, row := range *on.File.IXIT.InpVal {
		for _, f := range row.Fields {
			if row.ID == q.Row {
				all = append(all, &field{Field: f, ear: ear, first: marks * (len(all) + 1)})
			}
		}
	}
	defer func() {
		for _, x := range all {
			t = t.and(x.end(ctx))
		}
	}()
	for _, x := range all {
		if err := x.begin(ctx, on, q); err != nil {
			return t, fmt.Errorf("set odd values of the field %s: %w", x.Name, err)
		}
	}
	commanded := on.Clock.Now()
	for _, x := range all {
		if x.was == nil {
			continue
		}
		if err := x.s.run(ctx, plan([]input{x.input()}, x.s.HTTP, x.s.left)); err != nil || x.s.Why != "" {
			return t, err
		}
	}
	if wait := later - on.Clock.Now().Sub(commanded); wait > 0 && on.Clock.Sleep(ctx, wait) != nil {
		return t, ctx.Err()
	}
	for _, x := range all {
		if x.was != nil {
			x.s.Hits = append(x.s.Hits, x.caller.follow(ctx)...)
		}
	}
	return t, ctx.Err()
}

// Bounds of the calls that are listened to: in all, and how far apart the numbers of two fields are.
const (
	maxHeard = 10_000
	marks    = 1000
)

// and adds what came of another field.
func (t Tried) and(o Tried) Tried {
	return Tried{Open: t.Open || o.Open, Inputs: append(t.Inputs, o.Inputs...), Left: append(t.Left, o.Left...), Sent: t.Sent + o.Sent, Checks: t.Checks + o.Checks, Accepted: t.Accepted + o.Accepted,
		Refused: t.Refused + o.Refused, Errors: t.Errors + o.Errors, Dropped: t.Dropped + o.Dropped, P95: max(t.P95, o.P95), Losses: append(t.Losses, o.Losses...), Hits: append(t.Hits, o.Hits...),
		Traces: append(t.Traces, o.Traces...), Why: t.Why + o.Why}
}

// A field under test.
type field struct {
	device.Field
	s      *session
	token  map[string]string
	was    json.RawMessage // what stood there
	ear    *updates.Server
	first  int // number of its first call
	caller caller
}

// begin sets what is beyond its bounds, and commands.
func (x *field) begin(ctx context.Context, on *dial.Device, q Fields) error {
	x.token = map[string]string{"address": on.Address().String()}
	secrets, err := x.login(ctx, on)
	if err != nil {
		return err
	}
	read, at, err := x.request(x.Read, "")
	if err != nil {
		return err
	}
	s := &session{HTTP: HTTP{Port: at.port, TLS: at.tls, Seed: q.Seed, Most: q.Most, PerSecond: q.PerSecond, Fastest: q.Fastest}, on: on, dropped: map[string]string{}, normal: read, secrets: secrets}
	x.s = s
	if err := s.baseline(ctx); err != nil {
		return err
	}
	s.Open = true
	if x.was = x.shown(ctx); x.was == nil {
		s.Left = []string{"the field " + x.Name + ": what stands there is not shown, and so could not be put back"}
		return nil
	}
	s.Inputs = []string{"the field " + x.Name + ", set by " + x.Login}
	x.bounds(ctx)
	x.caller = caller{ear: x.ear, clock: on.Clock, first: x.first, forms: forms, name: s.Inputs[0], send: func(ctx context.Context, v string) { x.set(ctx, v) }}
	x.caller.begin(ctx)
	return ctx.Err()
}

// end puts back what stood there, and is what came of it.
func (x *field) end(ctx context.Context) Tried {
	if x.s == nil {
		return Tried{}
	}
	if x.was != nil {
		x.putBack(ctx)
	}
	x.s.hangUp()
	return x.s.Tried
}

// login opens a session as who may set the field.
func (x *field) login(ctx context.Context, on *dial.Device) (secrets []string, err error) {
	if x.Login == "" {
		return nil, nil
	}
	out, err := operate.Login{As: x.Login}.Do(ctx, on)
	if err != nil || !out.OK {
		return nil, fmt.Errorf("log in as %s: it was not let in: %w", x.Login, err)
	}
	for name, s := range out.Captured {
		v, err := s.Reveal()
		if err != nil {
			return nil, err
		}
		x.token[name] = v
		secrets = append(secrets, evidence.Spellings(v)...)
	}
	return secrets, nil
}

// place is where a request goes.
type place struct {
	port uint16
	tls  bool
}

// request is a declared one with a value.
func (x *field) request(h *device.HTTP, v string) (request, place, error) {
	fill := func(text string, as func(string) string) string {
		return device.Placeholder.ReplaceAllStringFunc(text, func(p string) string {
			switch name := device.Placeholder.FindStringSubmatch(p)[1]; {
			case name == "value":
				return as(v)
			case x.token[name] != "":
				return x.token[name]
			}
			return p
		})
	}
	to, err := url.Parse(fill(h.URL, url.QueryEscape))
	if err != nil {
		return request{}, place{}, err
	}
	at := place{port: 80, tls: to.Scheme == "https"}
	if at.tls {
		at.port = 443
	}
	if n, err := strconv.ParseUint(to.Port(), 10, 16); err == nil {
		at.port = uint16(n)
	}
	as := url.QueryEscape
	if b := strings.TrimSpace(h.Body); strings.HasPrefix(b, "{") || strings.HasPrefix(b, "[") {
		as = inJSON
	}
	r := request{method: h.Method, target: to.RequestURI(), body: fill(h.Body, as)}
	if r.method == "" {
		r.method = "GET"
	}
	for _, name := range sorted(h.Headers) {
		r.header = append(r.header, [2]string{name, fill(h.Headers[name], oneLine)})
	}
	return r, at, nil
}

func inJSON(s string) string {
	b, _ := json.Marshal(s)
	return string(b[1 : len(b)-1])
}

// set sets the field.
func (x *field) set(ctx context.Context, v string) answer {
	r, _, err := x.request(x.Write, v)
	if err != nil {
		return answer{err: err}
	}
	x.s.Sent++
	return x.s.send(ctx, r)
}

// shown is what stands there, as JSON; nil where it is not shown.
func (x *field) shown(ctx context.Context) json.RawMessage {
	a := x.s.send(ctx, x.s.normal)
	var object map[string]json.RawMessage
	if a.status/100 != 2 || json.Unmarshal(a.body, &object) != nil {
		return nil
	}
	switch v := bytes.TrimSpace(object[x.Name]); {
	case len(v) == 0 || v[0] == '{' || v[0] == '[' || string(v) == "null":
		return nil
	default:
		return v
	}
}

// keeps tells whether the field holds a value after it was set to it.
func (x *field) keeps(ctx context.Context, v string) bool {
	if a := x.set(ctx, v); a.status/100 != 2 {
		return false
	}
	return plainly(x.shown(ctx)) == v
}

// plainly is a value as it was set.
func plainly(v json.RawMessage) string {
	var s string
	if json.Unmarshal(v, &s) == nil {
		return s
	}
	return string(v)
}

// putBack sets what stood there, on whichever ending, and says so where it does not stand there then.
func (x *field) putBack(ctx context.Context) {
	ctx, end := context.WithTimeout(context.WithoutCancel(ctx), within)
	defer end()
	if v := plainly(x.was); !x.keeps(ctx, v) {
		x.s.Left = append(x.s.Left, fmt.Sprintf("the field %s could not be put back to %.80q", x.Name, v))
	}
}

// beyond are values outside the bounds: the n-th of each kind.
func (x *field) beyond(n int) (out []string) {
	if len(x.Range) == 2 {
		out = append(out, num(x.Range[0]-1-float64(n)), num(x.Range[1]+1+float64(n)), num(-9999-float64(n)), num(1e9+float64(n)))
	}
	if x.Longest > 0 {
		out = append(out, strings.Repeat("a", x.Longest+1+n), strings.Repeat("a", 2*x.Longest+n))
	}
	return out
}

func num(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// inside is a value within them.
func (x *field) inside() string {
	if len(x.Range) == 2 {
		return num(x.Range[0])
	}
	return "assay"
}

// bounds sets values outside of the bounds. One that is kept is set three times in variants, each beside one inside that is kept too.
func (x *field) bounds(ctx context.Context) {
	for kind, v := range x.beyond(0) {
		if ctx.Err() != nil || !x.keeps(ctx, v) {
			continue
		}
		h := Hit{Oracle: "a value beyond its bounds is kept", Input: x.s.Inputs[0], Sent: clip(v, 80), Shown: clip(v, 80)}
		for n := range repeats {
			if x.keeps(ctx, x.inside()) && x.keeps(ctx, x.beyond(n + 1)[kind]) {
				h.Times++
			}
		}
		x.s.Hits = append(x.s.Hits, h)
		return
	}
}

// input is the field as one that takes odd values, and JSON that is no text.
func (x *field) input() input {
	in := input{name: x.s.Inputs[0], with: func(v string) request {
		r, _, _ := x.request(x.Write, v)
		return r
	}}
	if r, _, err := x.request(x.Write, marker); err == nil && strings.Contains(r.body, `"`+marker+`"`) {
		for _, raw := range jsonOdd {
			odd := r
			odd.body = strings.Replace(r.body, `"`+marker+`"`, raw, 1)
			in.raw = append(in.raw, odd)
		}
	}
	return in
}

const marker = "assay-6e1b0c"

// jsonOdd are values of JSON where a text is meant.
var jsonOdd = []string{"null", "true", "[]", "{}", "-1", "1e308", "[[[[[[]]]]]]", `{"a":{"b":{}}}`}
