package operate

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/firmware"
	"github.com/secure-by-design/assay/provisions"
)

// Exports asks whether a secret in use can be read in what the device gives to who is logged in: its settings, and the backups,
// logs and diagnostics at the places where such things use to be or that the device file names (settings-read/backup, settings-read/log).
type Exports struct {
	As       string          // login of the sample
	Password evidence.Secret // its present one; zero: the sample's
	Canary   evidence.Secret // what is looked for
	Again    bool            // a second look
}

// Exported is the answer.
type Exported struct {
	LoggedIn bool
	Why      string // it is not
	Read     []Export
	Missed   []string `json:",omitempty"` // places that gave no answer to be judged by: "/log: 503"
}

// An Export is something that was given out.
type Export struct {
	Path  string
	Log   bool // or a backup or the like: the settings themselves are none, nor is a page that nobody declared to be one
	Bytes int
	Cut   string         `json:",omitempty"` // why not all of it was searched
	Files int            // where it is an archive
	Holds []string       // "the secret, as base64"
	Keys  []firmware.Hit `json:",omitempty"` // private ones
}

// ExportPaths are where devices use to give backups, logs and diagnostics.
var ExportPaths = []string{"/backup", "/backup.cfg", "/backup.bin", "/backup.tar.gz", "/config", "/config.bin", "/config.cfg", "/config.xml", "/config.json", "/settings.json", "/export", "/api/backup", "/api/config", "/api/export",
	"/api/settings/export", "/cgi-bin/backup", "/cgi-bin/export", "/log", "/logs", "/log.txt", "/system.log", "/syslog", "/messages", "/cgi-bin/log", "/api/log", "/api/logs", "/api/syslog", "/api/events",
	"/diagnostics", "/diag", "/debug", "/support", "/api/diagnostics", "/api/debug", "/api/support",
	"/api/identity", "/api/certificate", "/api/key", "/device.pem", "/server.pem", "/cert.pem", "/key.pem"}

// exportKinds are those of settings-read that give a backup or the like.
var exportKinds = []string{"backup", "config", "export", "log", "logs", "diagnostics", "debug", "support"}

// kept are places of what is written down or handed on. Elsewhere a session may well be told its own token.
var kept = regexp.MustCompile(`(?i)log|event|message|diag|debug|support|backup|export`)

// nowhere is a path that no device has: what it answers there it answers anywhere.
const nowhere = "/no-such-place-5d1c"

// Level is intrusive: a logged-in crawl.
func (Exports) Level() provisions.Level { return provisions.Intrusive }
func (e Exports) String() string {
	return "whether a secret in use stands in what " + e.As + " can have: settings, backups, logs"
}

// Ask logs in, reads, and searches.
func (e Exports) Ask(ctx context.Context, on *dial.Device) (Exported, error) {
	way, ok := e.way(on.File)
	if !ok {
		return Exported{}, fmt.Errorf("look through what the device exports: no operation of the device file reads by HTTP after a log-in\n  declare settings-read with login: and a step http:")
	}
	p, err := (Login{As: e.As, Password: e.Password}).parameters(on)
	if err != nil {
		return Exported{}, err
	}
	in, err := login(ctx, on, e.As, p)
	if err != nil || !in.OK {
		return Exported{Why: in.why()}, err
	}
	p = p.of(on)
	secrets := map[string]string{}
	for name, s := range in.Captured {
		if err := p.secret(name, s); err != nil {
			return Exported{}, err
		}
		secrets["the session's "+name] = p[name].text
	}
	search := parameters{}
	if err := search.secret("canary", e.Canary); err != nil {
		return Exported{}, err
	}
	secrets["the secret"] = search["canary"].text
	out := Exported{LoggedIn: true}
	for _, s := range e.places(on.File, way) {
		got, missed, err := s.read(ctx, on, p, secrets)
		if err != nil {
			return out, err
		}
		if got != nil {
			out.Read = append(out.Read, *got)
		}
		if missed != "" {
			out.Missed = append(out.Missed, s.path+": "+missed)
		}
	}
	return out, e.stillIn(ctx, on, way, p, &out)
}

// stillIn sees that the session lasted to the end: what a session is refused that has ended is no sign of what the device keeps.
func (e Exports) stillIn(ctx context.Context, on *dial.Device, way device.HTTP, p parameters, out *Exported) error {
	path := pathOf(way.URL)
	if !slices.ContainsFunc(out.Read, func(r Export) bool { return r.Path == path }) {
		return nil
	}
	way.Status, way.Expect = nil, ""
	got, err := unkept(ctx, on, &way, p)
	if err == nil && got.status != 200 {
		out.Missed = append(out.Missed, fmt.Sprintf("%s: %d at the end, and 200 at first: the session may have ended in between", path, got.status))
	}
	return err
}

// way is a request of the device file that reads after a log-in: others carry the session as it does.
func (e Exports) way(f *device.File) (device.HTTP, bool) {
	if f == nil {
		return device.HTTP{}, false
	}
	for _, name := range []string{"settings-read", "read-user-data", "read-version", "local-function"} {
		if op := f.Operations[name]; op.Login != "" && len(op.Steps) == 1 && op.Steps[0].HTTP != nil && methodOf(op.Steps[0].HTTP) == "GET" {
			return *op.Steps[0].HTTP, true
		}
	}
	return device.HTTP{}, false
}

// A place is where something may be had. Its blank is what the device answers at a place that does not exist; a place that the
// device file names has none.
type place struct {
	device.HTTP
	path  string
	log   bool
	blank *blank
}

type blank struct {
	status int
	page   []byte // where its status is 200
}

func (e Exports) places(f *device.File, way device.HTTP) (out []place) {
	var none blank
	for _, name := range slices.Sorted(maps.Keys(f.Operations)) {
		kind, of := strings.CutPrefix(name, "settings-read/")
		if name != "settings-read" && !(of && slices.Contains(exportKinds, kind)) {
			continue
		}
		for _, s := range f.Operations[name].Steps {
			if s.HTTP != nil && methodOf(s.HTTP) == "GET" {
				out = append(out, place{HTTP: *s.HTTP, path: pathOf(s.HTTP.URL), log: name != "settings-read"})
			}
		}
	}
	declared := slices.Clone(out)
	for _, path := range slices.Concat([]string{nowhere}, ExportPaths) {
		if slices.ContainsFunc(declared, func(d place) bool { return d.path == path }) {
			continue
		}
		h := way
		h.URL = strings.TrimSuffix(way.URL, pathOf(way.URL)) + path
		out = append(out, place{HTTP: h, path: path, log: true, blank: &none})
	}
	return out
}

// pathOf a URL with parameters in it: all behind the host.
func pathOf(raw string) string {
	_, rest, _ := strings.Cut(raw, "://")
	_, path, ok := strings.Cut(rest, "/")
	if !ok {
		return ""
	}
	return "/" + path
}

// inArchive bounds what a backup unpacks to.
var inArchive = firmware.Bounds{Depth: 3, Files: 2000, File: 8 << 20, Bytes: 32 << 20, Time: 10 * time.Second}

// read gets a place; nil is that there is nothing, or that it was missed.
func (s place) read(ctx context.Context, on *dial.Device, p parameters, secrets map[string]string) (found *Export, missed string, err error) {
	s.Status, s.Expect = nil, "" // what comes is not kept: it may hold secrets that nobody here knows
	got, err := unkept(ctx, on, &s.HTTP, p)
	if err != nil {
		return nil, "", err
	}
	if s.path == nowhere {
		if s.blank.status = got.status; got.status == 200 {
			s.blank.page = got.body
		}
		return nil, "", nil
	}
	if (got.status == 429 || got.status >= 500) && (s.blank == nil || got.status != s.blank.status) {
		return nil, fmt.Sprint(got.status), nil
	}
	if got.status != 200 || len(got.body) == 0 || s.blank != nil && alike(s.blank.page, got.body) {
		return nil, "", nil
	}
	out := &Export{Path: s.path, Log: s.log && (s.blank == nil || !isPage(got.body)), Bytes: len(got.body)}
	if len(got.body) == maxBody {
		out.Cut = fmt.Sprintf("it is %d bytes or more", maxBody)
	}
	if cut := firmware.Files(ctx, "answer", got.body, inArchive, func(_ string, data []byte) {
		out.Files++
		for _, what := range slices.Sorted(maps.Keys(secrets)) {
			if how := spelt(data, secrets[what]); how != "" && (what == "the secret" || s.log && kept.MatchString(s.path)) {
				out.Holds = append(out.Holds, what+", "+how)
			}
		}
	}); cut != "" {
		out.Cut = cut
	}
	plain := bytes.ReplaceAll(got.body, []byte(`\n`), []byte("\n")) // an armoured key in JSON
	for _, h := range firmware.Search(ctx, "answer", plain, firmware.Options{Bounds: inArchive}).Hits {
		if h.Kind == "private key" {
			out.Keys = append(out.Keys, h)
		}
	}
	slices.Sort(out.Holds)
	out.Holds = slices.Compact(out.Holds)
	return out, "", nil
}

// alike tells the page that a device shows in the place of all that it does not have.
func alike(blank, body []byte) bool {
	return len(blank) > 0 && (bytes.Equal(blank, body) || isPage(body) && max(len(blank), len(body))-min(len(blank), len(body)) < 64)
}

// isPage tells a page for browsers, which is searched too, and which is no backup and no log.
func isPage(body []byte) bool {
	head := bytes.ToLower(bytes.TrimSpace(body[:min(len(body), 512)]))
	return bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html"))
}

// spelt tells how a secret stands in data: "" is not at all.
func spelt(data []byte, secret string) string {
	if len(secret) < evidence.MinCut {
		return ""
	}
	has := func(s string) bool { return s != "" && bytes.Contains(data, []byte(s)) }
	switch plain := evidence.Spellings(secret); {
	case has(secret), has(url.QueryEscape(secret)):
		return "in clear"
	case slices.ContainsFunc(plain, has):
		return "as hex or base64"
	case has(string(wide(secret))):
		return "in UTF-16"
	}
	m, s := md5.Sum([]byte(secret)), sha1.Sum([]byte(secret))
	for name, sum := range map[string][]byte{"MD5": m[:], "SHA-1": s[:]} {
		if has(string(sum)) || has(hex.EncodeToString(sum)) || has(strings.ToUpper(hex.EncodeToString(sum))) || has(base64.StdEncoding.EncodeToString(sum)) {
			return "as its unsalted " + name
		}
	}
	return ""
}

func wide(s string) (out []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}
