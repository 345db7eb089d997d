package operate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

func TestUserData(t *testing.T) {
	t.Parallel()
	cam, on := newCamera(t, clock.NewJump())
	made := CreateUserData{Kind: "notes", Canary: evidence.Random(12)}
	out := do(t, on, made)
	if !out.OK || !out.Proved || out.Steps[0].Status != 200 || !strings.HasPrefix(out.Steps[0].What, "log in as owner: POST https://127.0.0.1:") || out.Steps[1].Status != 201 {
		t.Errorf("%+v", out)
	}
	read := ReadUserData{Kind: "notes", Canary: made.Canary}
	if f := ask(t, on, read); !f.Read || !f.Found || f.Status != 200 || strings.Contains(f.Answer, reveal(t, made.Canary)) {
		t.Errorf("%+v", f)
	}
	if f := ask(t, on, ReadUserData{Canary: evidence.Random(12)}); !f.Read || f.Found {
		t.Errorf("a canary that nobody made: %+v", f)
	}
	on.Clock.Busy(1)
	defer on.Clock.Busy(-1)
	if err := made.Undo(t.Context(), on); err != nil {
		t.Fatal(err)
	}
	if f := ask(t, on, read); f.Found {
		t.Error("after the undoing the datum is still there")
	}
	if err := made.Undo(t.Context(), on); err != nil {
		t.Errorf("what is gone already: %v", err)
	}
	cam.mu.Lock()
	cam.losesData = true
	cam.mu.Unlock()
	if out := do(t, on, made); !out.OK || out.Proved || !strings.Contains(out.Proof, "does not show") {
		t.Errorf("a device that loses the datum: %+v", out)
	}
}

func reveal(t *testing.T, s evidence.Secret) string {
	t.Helper()
	v, err := s.Reveal()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestKindOfItsOwn(t *testing.T) {
	t.Parallel()
	_, on := newCamera(t, clock.Real())
	out := do(t, on, CreateUserData{Kind: "photos", Canary: evidence.Random(12)})
	if out.OK || out.Proved || out.Steps[0].Exit != 3 || !strings.Contains(out.Answer, "no photos today") || !strings.Contains(out.Proof, "exit status 3") {
		t.Errorf("%+v", out)
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	_, on := newCamera(t, clock.Real())
	made := CreateUserData{Kind: "notes", Canary: evidence.Random(12)}
	do(t, on, made)
	if out := do(t, on, DeleteUserData{Function: "DelFunc-1", Kind: "notes", Canary: made.Canary}); !out.OK || !out.Proved {
		t.Errorf("%+v", out)
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	_, on := newCamera(t, clock.Real())
	if out := do(t, on, Login{As: "owner"}); !out.OK || !out.Proved || out.Captured["token"].IsZero() || !strings.Contains(out.Answer, "token") {
		t.Errorf("%+v", out)
	}
	if out := do(t, on, Login{As: "owner", Password: evidence.Keep("not the password")}); out.OK || out.Proved || out.Steps[0].Status != 401 {
		t.Errorf("%+v", out)
	}
	_, err := Login{As: "guest"}.Do(t.Context(), on)
	if err == nil || !strings.Contains(err.Error(), `sample a has no login "guest": add samples: a: logins: guest:`) {
		t.Errorf("error: %v", err)
	}
}

// Old password, old session and data after a reset: all gone, or what was kept is found.
func TestReset(t *testing.T) {
	t.Parallel()
	for _, keeps := range []bool{false, true} {
		t.Run(fmt.Sprintf("keeps=%v", keeps), func(t *testing.T) {
			t.Parallel()
			cam, on := newCamera(t, clock.NewJump())
			cam.mu.Lock()
			cam.keepsData, cam.keepsTokens = keeps, keeps
			cam.mu.Unlock()
			canary := evidence.Random(12)
			do(t, on, CreateUserData{Kind: "notes", Canary: canary})
			token := do(t, on, Login{As: "owner"}).Captured["token"]
			out := do(t, on, FactoryReset{})
			if !out.OK || out.Took < 5*time.Second || !strings.Contains(out.Shown["confirmation"], "all user data were deleted") {
				t.Errorf("%+v", out)
			}
			if f := ask(t, on, ReadUserData{Token: token, Canary: canary}); f.Read != keeps || f.Found != keeps {
				t.Errorf("by the old session: %+v", f)
			}
			if f := ask(t, on, ReadUserData{Canary: canary}); f.Read || f.LoggedIn || f.Status != 401 {
				t.Errorf("by the old password: %+v", f)
			}
			second := Initialise{Owner: "second", User: "ann", Password: evidence.Random(14)}
			if out := do(t, on, second); !out.Proved {
				t.Errorf("%+v", out)
			}
			if f := ask(t, on, ReadUserData{User: "ann", Password: second.Password, Canary: canary}); !f.Read || f.Found != keeps {
				t.Errorf("by the second owner: %+v", f)
			}
		})
	}
}

// A device that does not take the set-up is in no state that could be told.
func TestInitialiseRefused(t *testing.T) {
	t.Parallel()
	_, on := newCamera(t, clock.Real())
	_, err := Initialise{User: "ann", Password: evidence.Random(12)}.Do(t.Context(), on)
	if err == nil || !strings.Contains(err.Error(), "409") || !strings.Contains(err.Error(), "somebody owns this camera") {
		t.Errorf("error: %v", err)
	}
}

func TestChangeCredential(t *testing.T) {
	t.Parallel()
	_, on := newCamera(t, clock.Real())
	c := ChangeCredential{As: "owner", Value: evidence.Keep(`a "quoted" one & more`)}
	if out := do(t, on, c); !out.OK || !out.Proved {
		t.Errorf("%+v", out)
	}
	if out := do(t, on, Login{As: "owner"}); out.OK {
		t.Error("the old password still works")
	}
	if err := c.Undo(t.Context(), on); err != nil {
		t.Fatal(err)
	}
	if out := do(t, on, Login{As: "owner"}); !out.OK {
		t.Error("the password was not changed back")
	}
}

func TestPowerCycle(t *testing.T) {
	t.Parallel()
	_, on := newCamera(t, clock.NewJump())
	if out := do(t, on, PowerCycle{}); !out.OK || !out.Proved || out.Steps[1].Status != 0 {
		t.Errorf("%+v", out)
	}
}

func TestNotDeclared(t *testing.T) {
	t.Parallel()
	_, on := newCamera(t, clock.Real())
	_, err := Run{Name: "set-option"}.Do(t.Context(), on)
	if err == nil || err.Error() != `operation "set-option" is not declared: add operations: set-option: to the device file` {
		t.Errorf("error: %v", err)
	}
	bare := *on
	bare.File = nil
	if _, err := (Version{}).Ask(t.Context(), &bare); err == nil || !strings.Contains(err.Error(), `"read-version" is not declared`) {
		t.Errorf("error: %v", err)
	}
}

func TestProgram(t *testing.T) {
	t.Parallel()
	_, on := newCamera(t, clock.Real())
	sheet := &evidence.Sheet{}
	out := do(t, on.With(sheet), Run{Name: "health", With: map[string]string{"kind": "$(id) `id`"}, Secrets: map[string]evidence.Secret{"password": evidence.Keep("pa55-of-env")}})
	if !out.OK || out.Shown["state"] != "address is 127.0.0.1," || !strings.Contains(out.Answer, "kind $(id) `id`") || strings.Contains(out.Answer, "pa55") {
		t.Errorf("%+v", out)
	}
	if code := reveal(t, out.Captured["code"]); code != "password is pa55-of-env" {
		t.Errorf("captured %q", code)
	}
	if folder := "in " + filepath.Base(filepath.Dir(on.File.Path)); !strings.Contains(out.Answer, folder) {
		t.Errorf("not %s: %s", folder, out.Answer)
	}
	if items := sheet.Items(); len(items) != 2 || items[0].Name != "program" || bytes.Contains(items[0].Data, []byte("pa55")) {
		t.Errorf("evidence: %q", items)
	}
	if out := do(t, on, Run{Name: "stimulus"}); !out.OK || len(out.Answer) > MaxAnswer {
		t.Errorf("%d bytes", len(out.Answer))
	}
	if _, err := (Run{Name: "unpair"}).Do(t.Context(), on); err == nil || !strings.Contains(err.Error(), "no-such-program") {
		t.Errorf("error: %v", err)
	}
}

func TestSecretInArgument(t *testing.T) {
	t.Parallel()
	_, on := newCamera(t, clock.Real())
	on.File.Operations["set-option"] = device.Operation{Steps: []device.Step{{Exec: []string{"echo", "{password}"}}}}
	_, err := Run{Name: "set-option", Secrets: map[string]evidence.Secret{"password": evidence.Keep("hunter-in-argv")}}.Do(t.Context(), on)
	if err == nil || !strings.Contains(err.Error(), "ASSAY_PASSWORD") || strings.Contains(err.Error(), "hunter") {
		t.Errorf("error: %v", err)
	}
}

// A program that hangs ends with the run, and so do those that it started.
func TestProgramIsEnded(t *testing.T) {
	t.Parallel()
	_, on := newCamera(t, clock.Real())
	ctx, cancel := context.WithCancel(t.Context())
	note := filepath.Join(filepath.Dir(on.File.Path), "child")
	ended := make(chan error, 1)
	go func() {
		_, err := Run{Name: "pair"}.Do(ctx, on)
		ended <- err
	}()
	child := 0
	until(t, "the child has started", func() bool {
		b, _ := os.ReadFile(note)
		child, _ = strconv.Atoi(strings.TrimSpace(string(b)))
		return child > 0
	})
	cancel()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "context canceled") {
		t.Errorf("error: %v", err)
	}
	until(t, "the child has ended", func() bool {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", child)) // a zombie waits for its parent only
		return err != nil || strings.Contains(string(stat), ") Z ") || syscall.Kill(child, 0) != nil
	})
}

func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited for: %s", what)
		}
	}
}

// A step goes nowhere but to the device.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	_, on := newCamera(t, clock.Real())
	for url, says := range map[string]string{"http://127.0.0.99:9/": "out of scope", "http://neighbour.example/": "write {address}", "http://{adress}/": "nothing gives the parameter {adress}"} {
		on.File.Operations["set-option"] = device.Operation{Steps: []device.Step{{HTTP: &device.HTTP{URL: url}}}}
		if _, err := (Run{Name: "set-option"}).Do(t.Context(), on); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	c := clock.NewJump()
	began, then := time.Now(), c.Now()
	_, on := newCamera(t, c)
	list := ask(t, on, Attacks{})
	if len(list) < 20 {
		t.Errorf("%d attacks", len(list))
	}
	for _, a := range list {
		if !a.Applies || a.From != "n-1" {
			continue
		}
		o := do(t, on, OfferUpdate{Attack: a.Name, PowerCycle: true})
		if o.Installed() || o.Before != "1.0.0" || o.After != "1.0.0" || o.Claims != a.Claims || !o.BootOK || !o.PowerCycled || !o.Accepted || !o.FetchedFully || o.Reason != ForSignature || o.Took < 10*time.Second {
			t.Errorf("%s: %+v", a.Name, o)
		}
	}
	if o := do(t, on, OfferUpdate{Image: "n", PowerCycle: true}); !o.Installed() || o.After != "1.1.0" || o.Fetched[0] != "fw/1.1.0.fw" || o.Refused != "" || o.Took < 5*time.Second {
		t.Errorf("the control: %+v", o)
	}
	_, err := OfferUpdate{Attack: "signature-zeroed"}.Do(t.Context(), on)
	if err == nil || !strings.Contains(err.Error(), "it begins at version 1.0.0 and the device shows 1.1.0") {
		t.Errorf("error: %v", err)
	}
	if out := do(t, on, Reimage{Image: "n-1"}); !out.Proved {
		t.Errorf("%+v", out)
	}
	if took, leapt := time.Since(began), c.Now().Sub(then); took > leapt/4 {
		t.Errorf("it took %v of real time for %v of the clock's", took, leapt)
	}
}

func TestUpdateThatConvicts(t *testing.T) {
	t.Parallel()
	cam, on := newCamera(t, clock.NewJump())
	cam.mu.Lock()
	cam.anySignature = true
	cam.mu.Unlock()
	if o := do(t, on, OfferUpdate{Attack: "signature-zeroed"}); !o.Installed() || o.After != "1.1.0" || o.Refused != "" || !strings.Contains(o.Property, "zeros") {
		t.Errorf("%+v", o)
	}
}

func TestUpdateNotTried(t *testing.T) {
	t.Parallel()
	cam, on := newCamera(t, clock.NewJump())
	cam.mu.Lock()
	cam.refuses = "battery below 30 %"
	cam.mu.Unlock()
	if o := do(t, on, OfferUpdate{Attack: "signature-zeroed"}); o.Installed() || o.Accepted || o.Fetched != nil || o.FetchedFully || o.Reason != ForBattery || !o.Reason.NotTried() {
		t.Errorf("%+v", o)
	}
}

// A device that does not start again is an answer, not a trouble of ours.
func TestUpdateThatBricks(t *testing.T) {
	t.Parallel()
	cam, on := newCamera(t, clock.NewJump())
	cam.mu.Lock()
	cam.bricked = true
	cam.mu.Unlock()
	o := do(t, on, OfferUpdate{Image: "n", PowerCycle: true})
	if o.After != "" || o.BootOK || !strings.Contains(o.Why, "connection refused") {
		t.Errorf("%+v", o)
	}
}

func TestNoImages(t *testing.T) {
	t.Parallel()
	_, on := newCamera(t, clock.Real())
	on.File.Updates = nil
	if _, err := (OfferUpdate{Image: "n"}).Do(t.Context(), on); err == nil || !strings.Contains(err.Error(), "add updates:") {
		t.Errorf("error: %v", err)
	}
}

func TestClassify(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]Refusal{
		"Battery below 30 %":                           ForBattery,
		"device busy: recording":                       ForBusy,
		"update already in progress":                   ForBusy,
		"Try again later":                              ForHoldOff,
		"installation is scheduled for 03:00":          ForHoldOff,
		"the version is not newer":                     ForVersion,
		"anti-rollback: image is older than installed": ForVersion,
		"You are up to date":                           ForVersion,
		"already installed":                            ForVersion,
		"signature check failed":                       ForSignature,
		"signature of version 1.1.0 is wrong":          ForSignature,
		"SHA-256 mismatch":                             ForSignature,
		"image for another model":                      ForSignature,
		"battery low; signature could not be verified": ForBattery,
		"invalid signature, version is not newer too":  ForVersion,
		"error 17": ForUnknown,
		"":         ForUnknown,
	} {
		if got := Classify(said); got != want {
			t.Errorf("%q: %s, want %s", said, got, want)
		}
	}
	if ForSignature.NotTried() || ForUnknown.NotTried() || !ForVersion.NotTried() {
		t.Error("a refusal of the image counts as not tried, or the reverse")
	}
}

func TestLevel(t *testing.T) {
	t.Parallel()
	f := &device.File{Operations: map[string]device.Operation{"set-option": {Level: "gentle"}}}
	for _, tc := range []struct {
		name string
		f    *device.File
		want provisions.Level
	}{{"factory-reset", nil, provisions.Disruptive}, {"create-user-data", nil, provisions.Intrusive}, {"read-version", nil, provisions.Gentle}, {"set-option", f, provisions.Gentle}, {"set-option", nil, provisions.Intrusive}} {
		if got := Level(tc.name, tc.f); got != tc.want {
			t.Errorf("%s: %v", tc.name, got)
		}
	}
	for _, name := range device.Vocabulary {
		if Level(name, nil) < provisions.Gentle {
			t.Errorf("%s speaks to the device and is passive", name)
		}
	}
}

func TestCapture(t *testing.T) {
	t.Parallel()
	r := result{header: http.Header{"Set-Cookie": {"sid=abc; Path=/"}, "X-Version": {"1.2"}}, body: []byte(`{"a": {"b/c": [1, "two"]}, "n": 12345678901234567890}` + "\n")}
	for from, want := range map[string]string{"json:/a/b~1c/1": "two", "json:/n": "12345678901234567890", "json:/a": `{"b/c":[1,"two"]}`, "header:x-version": "1.2", "cookie:sid": "abc", `regex:"n": (\d{4})`: "1234"} {
		if got, err := r.capture(from); err != nil || got != want {
			t.Errorf("%s: %q, %v", from, got, err)
		}
	}
	for _, from := range []string{"json:/x", "json:/a/b~1c/9", "header:none", "cookie:none", "regex:(z)", "nothing"} {
		if got, err := r.capture(from); err == nil {
			t.Errorf("%s: %q", from, got)
		}
	}
}

func TestFill(t *testing.T) {
	t.Parallel()
	p := parameters{"user": {text: `a "b"&c/d`}, "password": {text: "s3cret", secret: true}}
	for _, tc := range []struct {
		text, want string
		as         writing
	}{
		{"{user}", `a "b"&c/d`, plain}, {"{user}", `a \"b\"\u0026c/d`, inJSON}, {"{user}", "a%20%22b%22%26c%2Fd", inForm},
		{"{port:443}", "443", plain}, {`{"user":"{password}"}`, `{"user":"s3cret"}`, inJSON},
	} {
		if got, err := p.fill(tc.text, tc.as); err != nil || got != tc.want {
			t.Errorf("%s: %q, %v", tc.text, got, err)
		}
	}
	if got := p.shown("/x?p={password}&port={port:443}"); got != "/x?p={password}&port=443" {
		t.Error(got)
	}
}

func TestRedacted(t *testing.T) {
	t.Parallel()
	p := parameters{"password": {text: "abc", secret: true}}
	body := []byte("{\"session_token\": \"f00f00f00f00f00f00\", \"password\": \"changed\", \"echo\": \"abc\"}\x1b[31m\u202e\r\n")
	learn(body)
	got := p.redacted(body)
	for _, gone := range []string{"f00f00", "abc", "\x1b", "\u202e", "\r"} {
		if strings.Contains(got, gone) {
			t.Errorf("%q is left in %q", gone, got)
		}
	}
	if !strings.Contains(got, `"password": "changed"`) {
		t.Errorf("a word was taken for a secret: %q", got)
	}
	if s := printable(strings.Repeat("é", 100), 51); len(s) != 50 {
		t.Errorf("%d bytes", len(s))
	}
}

func FuzzCapture(f *testing.F) {
	f.Add([]byte(`{"a":[{"b":"c"}]}`), "json:/a/0/b")
	f.Add([]byte("version 1.2"), "regex:version ([0-9.]+)")
	f.Add([]byte("x"), "body")
	f.Fuzz(func(t *testing.T, body []byte, from string) {
		if strings.HasPrefix(from, "regex:") && len(from) > 40 {
			return // patterns come from the device file
		}
		v, err := result{body: body}.capture(from)
		if err == nil && (v == "" || len(v) > maxCapture) {
			t.Fatalf("captured %q", v)
		}
	})
}

func FuzzRedacted(f *testing.F) {
	f.Add([]byte(`{"token":"0123456789abcdef"}`))
	f.Add([]byte("Set-Cookie: sid=1\xff\x1b[0m"))
	f.Fuzz(func(t *testing.T, body []byte) {
		s := parameters{}.redacted(body)
		if len(s) > MaxAnswer || !utf8.ValidString(s) || strings.ContainsAny(s, "\x1b\x00\r") {
			t.Fatalf("%q", s)
		}
		if _, err := json.Marshal(s); err != nil {
			t.Fatal(err)
		}
	})
}
