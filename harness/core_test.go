package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// asked counts how often a device was really asked.
var asked atomic.Int32

type count struct{ For string }

func (q count) Ask(context.Context, *dial.Device) (int, error) { return int(asked.Add(1)), nil }

type slow struct{ Real time.Duration }

func (q slow) Ask(ctx context.Context, _ *dial.Device) (int, error) {
	select {
	case <-time.After(q.Real):
	case <-ctx.Done():
	}
	return int(asked.Add(1)), ctx.Err()
}

type change struct{ To string }

func (change) Do(context.Context, *dial.Device) (string, error) { return "done", nil }
func (change) Level() provisions.Level                          { return provisions.Gentle }
func (change) Leaves() device.State                             { return device.Initialised }

type broken struct{}

func (broken) Ask(context.Context, *dial.Device) (int, error) {
	asked.Add(1)
	return 0, errors.New("connection refused")
}

type panicking struct{}

func (panicking) Ask(context.Context, *dial.Device) (int, error) {
	var m map[string]int
	m["x"] = 1
	return 0, nil
}

type guess struct{}

func (guess) Ask(context.Context, *dial.Device) (int, error) { return int(asked.Add(1)), nil }
func (guess) Disturbs() string                               { return "the account" }

type harsh struct{}

func (harsh) Ask(context.Context, *dial.Device) (int, error) { return int(asked.Add(1)), nil }
func (harsh) Level() provisions.Level                        { return provisions.Intrusive }

type rich struct{}
type richAnswer struct {
	At    time.Time
	Addr  netip.Addr
	Nil   []string
	Bytes []byte
	M     map[string]int
	S     evidence.Secret
}

func (rich) Ask(_ context.Context, on *dial.Device) (richAnswer, error) {
	on.Evidence("page", []byte("password=correct horse battery"))
	return richAnswer{time.Now(), netip.MustParseAddr("fe80::1%lo"), nil, []byte{0, 255}, map[string]int{"b": 1}, evidence.Keep("correct horse battery")}, nil
}

func on(t testing.TB, name string, c clock.Clock) *dial.Device {
	t.Helper()
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{netip.MustParseAddr("127.83.9.9")}, Ports: []uint16{9}})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New(name, door, nil, c)
}

// suite declares units of one real case, whose rows in the catalogue they borrow.
func suite(t testing.TB, units func(dut *DUT)) {
	t.Cleanup(Forget())
	Provision("5.1-1", func(dut *DUT) { TestCase("5.1-1-2", func() { units(dut) }) })
}

func opening() Opening {
	return Opening{Run: "r", Edition: provisions.V21, State: device.Initialised, Allowed: provisions.Disruptive, Hazards: []string{"none"}, Effort: Normal}
}

func live(t testing.TB, o Opening) (string, []Outcome) {
	t.Helper()
	return liveCtx(t, t.Context(), o)
}

func liveCtx(t testing.TB, ctx context.Context, o Opening) (string, []Outcome) {
	t.Helper()
	return liveBy(t, ctx, o, clock.NewJump())
}

func liveBy(t testing.TB, ctx context.Context, o Opening, c clock.Clock) (string, []Outcome) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	rec, err := evidence.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	r := &Run{Opening: o, Record: rec, Clock: c}
	out, err := r.Start(ctx, on(t, "A", c), nil)
	if err != nil {
		t.Fatal(err)
	}
	return dir, out
}

func again(t testing.TB, dir string) []Outcome {
	t.Helper()
	p, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	out, _, err := p.Replay(nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// plain compares outcomes as the record would spell them.
func plain(t testing.TB, o []Outcome) string {
	t.Helper()
	b, err := json.MarshalIndent(o, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAnAnswerHoldsForOneEpochAndReplays(t *testing.T) {
	asked.Store(0)
	var got []int
	suite(t, func(dut *DUT) {
		got = nil
		Unit("a", "asks", func(ctx context.Context) {
			got = append(got, Ask(ctx, dut, count{}), Ask(ctx, dut, count{}))
			Do(ctx, dut, change{"x"})
			got = append(got, Ask(ctx, dut, count{}))
		})
		Unit("b", "asks the same", func(ctx context.Context) { got = append(got, Ask(ctx, dut, count{})) })
		Unit("c", "disturbs", func(ctx context.Context) {
			got = append(got, Ask(ctx, dut, guess{}), Ask(ctx, dut, guess{}), Ask(ctx, dut, count{}))
		})
	})
	dir, first := live(t, opening())
	then, n := got, asked.Load()
	second := again(t, dir)
	if want := []int{1, 1, 2, 2, 3, 4, 5}; !reflect.DeepEqual(then, want) || !reflect.DeepEqual(got, want) {
		t.Errorf("live %v, replayed %v, want %v", then, got, want)
	}
	if asked.Load() != n {
		t.Errorf("the replay asked the device %d times", asked.Load()-n)
	}
	if a, b := plain(t, first), plain(t, second); a != b {
		t.Errorf("the replay differs:\n%s\n%s", a, b)
	}
}

func TestWhatMustBeInconclusive(t *testing.T) {
	suite(t, func(dut *DUT) {
		Unit("a", "", func(ctx context.Context) { Ask(ctx, dut, broken{}) })
		Unit("b", "", func(ctx context.Context) { Ask(ctx, dut, panicking{}) })
		Unit("c", "", func(ctx context.Context) { Expect(1).To(Equal(1), "one is one") })
	})
	dir, out := live(t, opening())
	for i, want := range []string{"connection refused", "our own trouble: harness.panicking{} broke", "nothing was observed"} {
		if out[i].Verdict != Inconclusive || !strings.Contains(out[i].Reason, want) {
			t.Errorf("%s: %s %q, want INCONCLUSIVE with %q", out[i].Unit, out[i].Verdict, out[i].Reason, want)
		}
	}
	if a, b := plain(t, out), plain(t, again(t, dir)); a != b {
		t.Errorf("the replay differs:\n%s\n%s", a, b)
	}
	suite(t, func(dut *DUT) {
		Unit("a", "", func(ctx context.Context) { Expect(1).To(Equal(2), "one is two") })
		Unit("b", "", func(ctx context.Context) { Ask(ctx, dut, count{}); Expect(1).To(Equal(2)) })
		Unit("c", "", func(ctx context.Context) { Ask(ctx, dut, count{}); var m map[string]int; m["x"] = 1 })
	})
	for i, o := range func() []Outcome { _, o := live(t, opening()); return o }() {
		want := []string{"nothing was observed, yet", "an expectation without a sentence", "the judgement broke"}[i]
		if o.Verdict != Inconclusive || !strings.Contains(o.Reason, want) {
			t.Errorf("%s: %s %q, want INCONCLUSIVE with %q", o.Unit, o.Verdict, o.Reason, want)
		}
	}
}

func TestReasonsAreSentencesOfOurs(t *testing.T) {
	suite(t, func(dut *DUT) {
		Unit("c", "", func(ctx context.Context) {
			Expect(Ask(ctx, dut, count{})).To(Equal(-1), "the login at %d took admin", 80)
		})
	})
	_, out := live(t, opening())
	if out[0].Verdict != Fail || out[0].Reason != "the login at 80 took admin" {
		t.Errorf("%s %q", out[0].Verdict, out[0].Reason)
	}
}

func TestEachTriesAllAndFailOutweighs(t *testing.T) {
	for name, c := range map[string]struct {
		items []string
		want  Verdict
		why   string
	}{
		"all pass":     {[]string{"pass", "pass"}, Pass, ""},
		"one unclear":  {[]string{"pass", "inc"}, Inconclusive, "inc"},
		"fail wins":    {[]string{"inc", "fail", "pass", "fail2"}, Fail, "fail; fail2"},
		"nothing":      {nil, Inconclusive, "no thing: nothing was tried"},
		"all vacuous":  {[]string{"none"}, Pass, "none"},
		"vacuous+pass": {[]string{"none", "pass"}, Pass, ""},
	} {
		t.Run(name, func(t *testing.T) {
			suite(t, func(dut *DUT) {
				Unit("c", "", func(ctx context.Context) {
					Ask(ctx, dut, count{})
					Each("thing", c.items, func(s string) {
						switch {
						case strings.HasPrefix(s, "fail"):
							Expect(true).To(BeFalse(), "%s", s)
						case s == "inc":
							Inconclude("inc")
						case s == "none":
							Vacuous("none")
						}
					})
				})
			})
			_, out := live(t, opening())
			if out[0].Verdict != c.want || out[0].Reason != c.why {
				t.Errorf("%s %q, want %s %q", out[0].Verdict, out[0].Reason, c.want, c.why)
			}
		})
	}
}

func TestConsentLevelAndHazards(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Opening)
		want   string
	}{
		"too harsh":        {func(o *Opening) { o.Allowed = provisions.Gentle }, "this run allows gentle at most"},
		"hazards unstated": {func(o *Opening) { o.Hazards = nil }, "nobody has stated"},
		"hazard not tamed": {func(o *Opening) { o.Hazards = []string{"heat"} }, "were not made safe"},
		"hazard made safe": {func(o *Opening) {
			o.Hazards = []string{"heat"}
			o.MadeSafe = &device.MadeSafe{How: "unplugged", Who: "me"}
		}, ""},
		"stated to be none": {func(*Opening) {}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			asked.Store(0)
			suite(t, func(dut *DUT) { Unit("c", "", func(ctx context.Context) { Ask(ctx, dut, harsh{}) }) })
			o := opening()
			c.change(&o)
			dir, out := live(t, o)
			if refused := c.want != ""; refused != (asked.Load() == 0) || !strings.Contains(out[0].Reason, c.want) {
				t.Errorf("asked %d times, %s %q", asked.Load(), out[0].Verdict, out[0].Reason)
			}
			if a, b := plain(t, out), plain(t, again(t, dir)); a != b {
				t.Errorf("the replay differs:\n%s\n%s", a, b)
			}
		})
	}
}

func TestStateNotShownIsAFindingAndNoFail(t *testing.T) {
	bad := func(dut *DUT) {
		Unit("c", "", func(ctx context.Context) {
			Expect(Ask(ctx, dut, count{})).To(Equal(-1), "admin/admin is taken")
		}, Binds(device.Initialised))
	}
	for state, want := range map[device.State]Verdict{device.Unknown: Inconclusive, device.Factory: Inconclusive, device.Initialised: Fail} {
		suite(t, bad)
		o := opening()
		o.State = state
		dir, out := live(t, o)
		if out[0].Verdict != want || !strings.Contains(out[0].Reason, "admin/admin is taken") {
			t.Errorf("state %s: %s %q", state, out[0].Verdict, out[0].Reason)
		}
		if want == Inconclusive && (out[0].Finding == nil || !strings.Contains(out[0].Next, "set-up")) {
			t.Errorf("state %s: no finding or no question: %+v", state, out[0])
		}
		if a, b := plain(t, out), plain(t, again(t, dir)); a != b {
			t.Errorf("the replay differs:\n%s\n%s", a, b)
		}
	}
	suite(t, func(dut *DUT) { // an operation brings the state about
		Unit("c", "", func(ctx context.Context) { Do(ctx, dut, change{}); Expect(1).To(Equal(2), "it is bad") }, Binds(device.Initialised))
	})
	o := opening()
	o.State = device.Unknown
	if dir, out := live(t, o); out[0].Verdict != Fail || plain(t, out) != plain(t, again(t, dir)) {
		t.Errorf("after an operation that initialises: %+v", out[0])
	}
}

func TestQuickRunCarriesNoPassWithAQuota(t *testing.T) {
	suite(t, func(dut *DUT) {
		Unit("c", "", func(ctx context.Context) { Ask(ctx, dut, count{}) }, Quota("110 tries"))
	})
	o := opening()
	o.Effort = Quick
	if _, out := live(t, o); out[0].Verdict != Inconclusive || !strings.Contains(out[0].Reason, "110 tries") {
		t.Errorf("%+v", out[0])
	}
}

func TestSecretsStayOutOfTheRecordAndReplay(t *testing.T) {
	suite(t, func(dut *DUT) {
		Unit("c", "", func(ctx context.Context) {
			a := Ask(ctx, dut, rich{})
			if b := Ask(ctx, dut, rich{}); b.S != a.S || a.S.IsZero() {
				Inconclude("the handle did not survive")
			}
			Expect(a.S).NotTo(Equal(evidence.Secret{}), "no secret")
		})
	})
	dir, out := live(t, opening())
	evidence.Forget()
	if a, b := plain(t, out), plain(t, again(t, dir)); a != b || out[0].Verdict != Pass {
		t.Errorf("the replay differs:\n%s\n%s", a, b)
	}
	filepath.WalkDir(dir, func(path string, d os.DirEntry, _ error) error {
		if b, err := os.ReadFile(path); err == nil {
			for _, s := range evidence.Spellings("correct horse battery") {
				if strings.Contains(string(b), s) {
					t.Errorf("%s holds the secret, spelled %q", path, s)
				}
			}
		}
		return nil
	})
}

func TestUnitsMayBeSelectedMovedAndAdded(t *testing.T) {
	suite(t, func(dut *DUT) {
		Unit("a", "", func(ctx context.Context) { Ask(ctx, dut, count{"1"}) })
		Unit("b", "", func(ctx context.Context) { Do(ctx, dut, change{"x"}); Ask(ctx, dut, count{"1"}) })
	})
	dir, first := live(t, opening())
	suite(t, func(dut *DUT) { // b comes alone and first, asks once more; c is new
		Unit("b", "", func(ctx context.Context) { Do(ctx, dut, change{"x"}); Ask(ctx, dut, count{"1"}) })
		Unit("c", "", func(ctx context.Context) { Do(ctx, dut, change{"x"}); Ask(ctx, dut, count{"1"}) })
	})
	out := again(t, dir)
	if first[1].Verdict != Pass || plain(t, out[:1]) != plain(t, first[1:]) {
		t.Errorf("a unit that stands elsewhere differs: %+v, was %+v", out[0], first[1])
	}
	if out[1].Verdict != Inconclusive || !strings.Contains(out[1].Reason, "was answered 2 times there") {
		t.Errorf("a new unit used an answer that was given twice: %+v", out[1])
	}
}

func TestAnOlderShapeIsInconclusive(t *testing.T) {
	suite(t, func(dut *DUT) { Unit("c", "", func(ctx context.Context) { Ask(ctx, dut, rich{}) }) })
	dir, _ := live(t, opening())
	p, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	for k := range p.byUnit {
		for i := range p.byUnit[k] {
			p.byUnit[k][i].Shape = strings.Replace(p.byUnit[k][i].Shape, "Addr ", "Address ", 1)
		}
	}
	out, _, _ := p.Replay(nil)
	if out[0].Verdict != Inconclusive || !strings.Contains(out[0].Reason, "older form") {
		t.Errorf("%+v", out[0])
	}
}

func TestAStoppedAskerDoesNotSpoilTheAnswer(t *testing.T) {
	asked.Store(0)
	suite(t, func(dut *DUT) {
		Unit("a", "", func(ctx context.Context) {
			short, stop := context.WithTimeout(ctx, 5*time.Millisecond)
			defer stop()
			Ask(short, dut, slow{50 * time.Millisecond})
		})
		Unit("b", "", func(ctx context.Context) {
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() { Ask(ctx, dut, slow{50 * time.Millisecond}) })
			}
			wg.Wait()
		})
	})
	_, out := live(t, opening())
	if out[0].Verdict != Inconclusive || out[1].Verdict != Pass || asked.Load() != 1 {
		t.Errorf("%v; asked %d times", out, asked.Load())
	}
}

func TestAStoppedRunKeepsWhatIsDone(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	suite(t, func(dut *DUT) {
		Unit("a", "", func(ctx context.Context) { Ask(ctx, dut, count{}) })
		Unit("b", "", func(ctx context.Context) {
			time.AfterFunc(10*time.Millisecond, func() { cancel(ErrStopped) })
			Ask(ctx, dut, slow{time.Minute})
		})
		Unit("c", "", func(ctx context.Context) { Ask(ctx, dut, count{}) })
	})
	dir, out := liveCtx(t, ctx, opening())
	if out[0].Verdict != Pass || out[1].Verdict != Inconclusive || out[2].Reason != "not run: "+ErrStopped.Error() {
		t.Errorf("%+v", out)
	}
	suite(t, func(dut *DUT) {
		Unit("a", "", func(ctx context.Context) { Ask(ctx, dut, count{}) })
		Unit("b", "", func(ctx context.Context) { Ask(ctx, dut, slow{time.Minute}) })
		Unit("c", "", func(ctx context.Context) { Ask(ctx, dut, count{}) })
	})
	if a, b := plain(t, out), plain(t, again(t, dir)); a != b {
		t.Errorf("the replay differs:\n%s\n%s", a, b)
	}
	p, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if m := p.Matrix(); m.Complete || m.Cut != ErrStopped.Error() {
		t.Errorf("complete %v, cut %q", m.Complete, m.Cut)
	}
}

func TestKeysAndShapesRefuseWhatWouldBeLost(t *testing.T) {
	type hidden struct{ x int }
	for name, f := range map[string]func(){
		"unexported key field": func() { Key(hidden{1}) },
		"not a struct":         func() { Key(7) },
		"interface in answer":  func() { Shape(reflect.TypeFor[struct{ A any }]()) },
		"func in answer":       func() { Shape(reflect.TypeFor[struct{ A func() }]()) },
		"unexported in answer": func() { Shape(reflect.TypeFor[hidden]()) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it was taken")
				}
			}()
			f()
		})
	}
}

func TestFoldOverAllPairs(t *testing.T) {
	all := []Verdict{Pass, Fail, Inconclusive, Done, NotDone}
	for _, a := range all {
		for _, b := range all {
			want := Inconclusive
			switch {
			case a == Fail || b == Fail:
				want = Fail
			case a == Inconclusive || b == Inconclusive:
			case a == Pass || b == Pass:
				want = Pass
			}
			if got := Fold(a, b); got != want {
				t.Errorf("Fold(%s, %s) = %s, want %s", a, b, got, want)
			}
		}
	}
	if Fold() != Inconclusive || Fold("nonsense") != Inconclusive || Fold(Pass, "nonsense") != Inconclusive {
		t.Error("no verdict, or nonsense, is no PASS")
	}
}

func TestThreeWordsWithoutDeclaration(t *testing.T) {
	for name, c := range map[string]struct {
		ics     map[string]device.Claim
		proving bool
		exit    int
		word    string
		verdict Verdict
	}{
		"contrary evidence": {nil, true, ExitFail, Contrary, Fail},
		"not self-proving":  {nil, false, ExitInconclusive, NotJudged, Inconclusive},
		"claimed":           {map[string]device.Claim{"default": {Support: "Y"}}, false, ExitFail, "", Fail},
	} {
		t.Run(name, func(t *testing.T) {
			suite(t, func(dut *DUT) {
				var more []Decoration
				if c.proving {
					more = append(more, SelfProving())
				}
				Unit("c", "", func(ctx context.Context) { Ask(ctx, dut, count{}); Expect(1).To(Equal(2), "admin/admin is taken") }, more...)
			})
			dir, _ := live(t, opening())
			p, err := Read(dir)
			if err != nil {
				t.Fatal(err)
			}
			p.Opening.ICS = c.ics
			m := p.Matrix()
			i := 1 // 5.1-1 follows 4-1
			if r := m.Rows[i]; r.Provision != "5.1-1" || r.Verdict != c.verdict || r.Word != c.word || m.Exit != c.exit {
				t.Errorf("%s %s %q, exit %d (%s)", r.Provision, r.Verdict, r.Word, m.Exit, m.Line)
			}
			if len(m.Rows) != 68+75 {
				t.Errorf("%d rows: all provisions are in a matrix", len(m.Rows))
			}
			if c.ics == nil && (m.Verdict != "" || !strings.Contains(m.Line, "not a conformance assessment")) {
				t.Errorf("without a claim it says %q %q", m.Verdict, m.Line)
			}
		})
	}
}

func TestAFullRecordStopsTheRunAndKeepsItReadable(t *testing.T) {
	suite(t, func(dut *DUT) {
		Unit("a", "", func(ctx context.Context) { Ask(ctx, dut, count{}) })
		Unit("b", "", func(ctx context.Context) { Ask(ctx, dut, count{"later"}) })
	})
	dir := filepath.Join(t.TempDir(), "run")
	rec, err := evidence.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewJump()
	r := &Run{Opening: opening(), Record: rec, Clock: c, Progress: Progress{Judged: func(o Outcome) { rec.Close() }}} // the disk goes away
	out, err := r.Start(t.Context(), on(t, "A", c), nil)
	if err != nil {
		t.Fatal(err)
	}
	if rec.Err() == nil || out[0].Verdict != Pass || out[1].Verdict != Inconclusive || !strings.Contains(out[1].Reason, "write the record") {
		t.Errorf("%v, %+v", rec.Err(), out)
	}
	if log, err := evidence.Load(dir); err != nil || log.Complete {
		t.Errorf("%v, complete %v", err, log.Complete)
	}
}

func TestAnotherIdentityStopsTheRun(t *testing.T) {
	t.Cleanup(Forget())
	Provision("5.1-1", func(dut *DUT) {
		TestCase("5.1-1-2", func() { Unit("c", "", func(ctx context.Context) { Ask(ctx, dut, count{}) }) })
	})
	Provision("5.1-3", func(dut *DUT) {
		TestCase("5.1-3-2", func() { Unit("a", "", func(ctx context.Context) { Ask(ctx, dut, count{}) }) })
	})
	c := clock.NewJump()
	n := 0
	r := &Run{Opening: opening(), Clock: c, Identify: func(context.Context, *dial.Device) (Facts, error) {
		n++
		return Facts{Keys: map[string]string{"tls 443": fmt.Sprint("key", n)}}, nil
	}}
	out, err := r.Start(t.Context(), on(t, "A", c), nil)
	if err != nil {
		t.Fatal(err)
	}
	if out[0].Verdict != Pass || !strings.Contains(out[1].Reason, "another device answers") {
		t.Errorf("%+v", out)
	}
}

type lever struct{ To string }

var pulled []string

func (l lever) Do(context.Context, *dial.Device) (string, error) {
	pulled = append(pulled, l.To)
	return l.To, nil
}
func (l lever) Undo(context.Context, *dial.Device) error {
	pulled = append(pulled, "un"+l.To)
	return nil
}
func (l lever) Level() provisions.Level { return provisions.Intrusive }

func TestUndosRunLastFirst(t *testing.T) {
	pulled = nil
	suite(t, func(dut *DUT) {
		Unit("c", "", func(ctx context.Context) { Do(ctx, dut, lever{"a"}); Do(ctx, dut, lever{"b"}) })
	})
	dir, _ := live(t, opening())
	if got := strings.Join(pulled, " "); got != "a b unb una" {
		t.Errorf("%s", got)
	}
	p, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if m := p.Matrix(); len(m.Undone) != 2 || !m.Complete {
		t.Errorf("undone %v, complete %v", m.Undone, m.Complete)
	}
}

var _ = Undoable[lever]()

func TestADeadWorkersUndosAreRestored(t *testing.T) {
	pulled = nil
	suite(t, func(dut *DUT) {
		Unit("c", "", func(ctx context.Context) { Do(ctx, dut, lever{"a"}); Do(ctx, dut, lever{"b"}) })
	})
	dir, _ := live(t, opening())
	path := filepath.Join(dir, "events.jsonl")
	b, _ := os.ReadFile(path)
	at := strings.Index(string(b), `"kind":"did"`) // dead after the first operation was recorded, a line half written
	end := at + strings.Index(string(b[at:]), "\n") + 20
	if err := os.WriteFile(path, b[:end], 0o644); err != nil {
		t.Fatal(err)
	}
	pulled = nil
	end2, err := Restore(t.Context(), dir, "the worker died: killed", on(t, "A", clock.Real()), nil)
	if err != nil || strings.Join(pulled, " ") != "una" || len(end2.Undone) != 1 {
		t.Errorf("%v %v %+v", err, pulled, end2)
	}
	p, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if m := p.Matrix(); m.Complete || m.Cut != "the worker died: killed" || !strings.Contains(plain(t, p.Outcomes)+fmt.Sprint(m.Rows[1]), "the worker died") {
		t.Errorf("cut %q; row %+v", m.Cut, m.Rows[1])
	}
}

func TestAClaimOfOneProvisionIsNoConformance(t *testing.T) {
	suite(t, func(dut *DUT) {
		for _, l := range []string{"a", "b", "c"} {
			Unit(l, "", func(ctx context.Context) { Ask(ctx, dut, count{}); Expect(1).To(Equal(1), "x") })
		}
	})
	o := opening()
	dir, _ := live(t, o)
	p, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	p.Opening.ICS = map[string]device.Claim{"5.1-1": {Support: "Y"}}
	if m := p.Matrix(); m.Exit == ExitConformant || m.Verdict == Pass || !strings.Contains(m.Line, "not claimed") {
		t.Errorf("%d %s %s", m.Exit, m.Verdict, m.Line)
	}
	suite(t, func(dut *DUT) {
		Unit("c", "", func(ctx context.Context) { Ask(ctx, dut, count{}); Expect(1).To(Equal(2), "admin/admin is taken") }, SelfProving())
	})
	dir, _ = live(t, o)
	if p, err = Read(dir); err != nil {
		t.Fatal(err)
	}
	p.Opening.ICS = map[string]device.Claim{"5.1-1": {Support: "N"}}
	if m := p.Matrix(); m.Exit != ExitFail {
		t.Errorf("a claim of N hides contrary evidence: %d %s", m.Exit, m.Line)
	}
}

func TestADoubtKeepsAUnitFromPassAndNotFromFail(t *testing.T) {
	for want, ok := range map[Verdict]int{Inconclusive: 1, Fail: 2} {
		suite(t, func(dut *DUT) {
			Unit("c", "", func(ctx context.Context) {
				Ask(ctx, dut, count{})
				Doubt(ctx, "the cellar was not looked into")
				Expect(ok).To(Equal(1), "it is open")
			})
		})
		dir, out := live(t, opening())
		if out[0].Verdict != want || want == Inconclusive && !strings.Contains(out[0].Reason, "cellar") || plain(t, out) != plain(t, again(t, dir)) {
			t.Errorf("want %s: %+v", want, out[0])
		}
	}
}

type inventory struct{ Of string }

func (inventory) Ask(_ context.Context, on *dial.Device) (string, error) {
	return fmt.Sprintf("%d at %v", asked.Add(1), on.Address()), nil
}
func (inventory) Lasting() {}

type restart struct{}

func (restart) Do(context.Context, *dial.Device) (string, error) { return "done", nil }

// What listens outlives wrong passwords and ordinary use, and not a restart; at another address it is another question.
func TestALastingAnswer(t *testing.T) {
	var seen []string
	suite(t, func(dut *DUT) {
		Unit("a", "looks", func(ctx context.Context) {
			look := func(d *DUT) { seen = append(seen, Ask(ctx, d, inventory{"services"})) }
			look(dut)
			Ask(ctx, dut, guess{})
			Do(ctx, dut, change{"a setting"})
			look(dut)
			Do(ctx, dut, restart{})
			look(dut)
			look(dut.At(netip.MustParseAddr("127.83.9.10")))
		})
	})
	asked.Store(0)
	dir, out := live(t, opening())
	if want := []string{"1 at 127.83.9.9", "1 at 127.83.9.9", "3 at 127.83.9.9", "4 at 127.83.9.10"}; !slices.Equal(seen, want) {
		t.Errorf("answers %q, want %q", seen, want)
	}
	past, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := past.Replay(nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := past.Differences(again); len(d) > 0 || len(out[0].Evidence) < 4 {
		t.Errorf("replay: %q, evidence %v", d, out[0].Evidence)
	}
	if last := out[0].Evidence[len(out[0].Evidence)-1].What; !strings.HasSuffix(last, "at 127.83.9.10") {
		t.Errorf("the evidence does not say at which address: %q", last)
	}
}
