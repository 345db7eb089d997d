package firmware

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A Hit is something in an image that a person should look at. It holds no secret: what is secret is told by its kind and size.
type Hit struct {
	Kind    string // private key, certificate, password hash, fast hash, passphrase, token, debug service, tool, signature
	Class   string // "" counts; else why it does not: test key, documentation, CA bundle, encrypted, locked, public
	Path    string // through the archives
	Offset  int64  // in that file
	Context string // what it is, secrets cut
	Print   string // of a key: SHA-256 of its public half (SubjectPublicKeyInfo), in hex
	SSH     string // the same as OpenSSH writes fingerprints: "SHA256:…"
	User    string `json:",omitempty"` // of a password hash
	Known   string `json:",omitempty"` // its password, which is published, if it was looked for and found
}

// Counts tells whether the hit is the product's own.
func (h Hit) Counts() bool { return h.Class == "" }

// A Component is a piece of software with its version.
type Component struct {
	Name, Version string
	Path          string
	How           string // banner, package list
}

const (
	mostHits  = 2000
	mostParts = 5000
	hitsAFile = 50 // of one kind
)

// Options of a search.
type Options struct {
	Bounds Bounds
	Guess  []string // well-known passwords that hashes are held against; only with the authorisation's own tick
}

// Search opens an image, by the name that paths begin with, and looks through all that it holds.
func Search(ctx context.Context, name string, data []byte, o Options) Contents {
	s := &search{Options: o}
	c := walk(ctx, name, data, o.Bounds, s.look)
	c.Hits, c.Parts = s.hits, s.parts
	return *c
}

type search struct {
	Options
	hits  []Hit
	parts []Component
	kinds map[string]int // of the file at hand
	path  string
}

// look searches a file, but for what was opened of it: that is searched in its own files.
func (s *search) look(path string, whole, data []byte) {
	s.path, s.kinds = path, map[string]int{}
	s.signatures(whole)
	s.tools(whole)
	s.keys(data)
	s.certificates(data)
	s.components(data)
	if isText(data) {
		s.hashes(data)
		s.tokens(data)
		s.services(data)
		s.packages(data)
	}
}

func (s *search) hit(h Hit) {
	h.Path = s.path
	if h.Class == "" && h.Kind != "signature" && h.Kind != "tool" && documentary(s.path) {
		h.Class = "documentation"
	}
	if s.kinds[h.Kind]++; s.kinds[h.Kind] <= hitsAFile && len(s.hits) < mostHits {
		s.hits = append(s.hits, h)
	}
}

var papers = regexp.MustCompile(`(?i)(^|/)(doc|docs|man|info|examples?|samples?|tests?|testdata|fixtures|selftest)/|(^|/)(readme|changelog|license|copying)[^/]*$|\.(md|rst|[1-8]|html|texi|pod)(\.gz)?(/content)?$`)

// documentary tells paths of documentation, examples and tests: the path within the image, not the names of archives.
func documentary(path string) bool {
	_, inside, _ := strings.Cut(path, "/")
	return papers.MatchString(inside)
}

// isText tells text from programs by its first part.
func isText(data []byte) bool {
	head := data[:min(len(data), 4096)]
	return len(head) > 0 && bytes.IndexByte(head, 0) < 0
}

// A pattern is a secret that can be told by its form alone.
type pattern struct {
	kind, what string
	hints      []string // of which one stands in all that fits, in lower case: they are quickly looked for
	re         *regexp.Regexp
}

// patterns are few and precise: forms that nothing else has.
var patterns = []pattern{
	{"token", "access key of Amazon Web Services", []string{"akia", "asia"}, regexp.MustCompile(`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`)},
	{"token", "token of GitHub", []string{"ghp_", "gho_", "ghs_", "ghu_", "github_pat_"}, regexp.MustCompile(`\b(?:ghp|gho|ghs|ghu)_[0-9A-Za-z]{36}\b|\bgithub_pat_[0-9A-Za-z_]{82}\b`)},
	{"token", "key of the Google API", []string{"aiza"}, regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}\b`)},
	{"token", "token of Slack", []string{"xox"}, regexp.MustCompile(`\bxox[abprs]-[0-9A-Za-z-]{20,}\b`)},
	{"token", "live key of Stripe", []string{"k_live_"}, regexp.MustCompile(`\b[sr]k_live_[0-9A-Za-z]{24,}\b`)},
	{"token", "key of SendGrid", []string{"sg."}, regexp.MustCompile(`\bSG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43}\b`)},
	{"token", "token of npm", []string{"npm_"}, regexp.MustCompile(`\bnpm_[0-9A-Za-z]{36}\b`)},
	{"token", "key of an Azure storage account", []string{"accountkey="}, regexp.MustCompile(`\bAccountKey=[0-9A-Za-z+/]{86}==`)},
	{"passphrase", "Wi-Fi passphrase", []string{"psk", "wpa_passphrase"}, regexp.MustCompile(`(?m)^\s*(?:psk|wpa_passphrase|wpa_psk)\s*=\s*(?:"[^"\n]{8,63}"|[0-9A-Za-z!-/:-@]{8,64})\s*$`)},
	{"fast hash", "password as an unsalted hash", []string{"passw", "pwd"}, regexp.MustCompile(`(?mi)^\s*["']?\w*(?:passwd|password|passwort|pwd)(?:[_-]?(?:hash|md5|sha1|sha|digest))?["']?\s*[:=]\s*["']?(?:[0-9a-f]{32}|[0-9a-f]{40})["']?\s*[,;]?\s*$`)},
}

func (s *search) tokens(data []byte) {
	low := bytes.ToLower(data)
	for _, p := range patterns {
		if !slices.ContainsFunc(p.hints, func(h string) bool { return bytes.Contains(low, []byte(h)) }) {
			continue
		}
		for _, at := range p.re.FindAllIndex(data, hitsAFile) {
			h := Hit{Kind: p.kind, Offset: int64(at[0]), Context: p.what + ", " + fmt.Sprint(at[1]-at[0]) + " bytes"}
			if found := data[at[0]:at[1]]; strings.Contains(strings.ToUpper(string(found)), "EXAMPLE") || constant(found) {
				h.Class = "documentation"
			}
			s.hit(h)
		}
	}
}

// constant tells placeholders such as xxxxxxxx: few different characters.
func constant(b []byte) bool {
	seen := map[byte]bool{}
	for _, c := range b[len(b)/2:] {
		seen[c] = true
	}
	return len(seen) < 4
}

// starts are files that say what runs at the start of a system.
var starts = regexp.MustCompile(`(?i)(^|/)(inittab|inetd\.conf|rcS|rc\.local|init\.rc|init)$|(^|/)(init\.d|rc\.d|rc\d\.d|xinetd\.d|init)/[^/]+$|/systemd/.*\.(service|socket)$|\.rc$`)

var debuggers = regexp.MustCompile(`(?:^|[\s/"'=;&|])(telnetd|utelnetd|in\.telnetd|gdbserver|adbd|tcf-agent|rlogind|in\.rlogind|rshd|in\.rshd|tftpd|in\.tftpd|frida-server|lldb-server|openocd)(?:$|[\s"';&|])`)

// services looks for debug services that a system starts.
func (s *search) services(data []byte) {
	if !starts.MatchString(s.path) {
		return
	}
	at := int64(0)
	for line := range bytes.Lines(data) {
		text := strings.TrimSpace(string(line))
		if m := debuggers.FindStringSubmatch(text); m != nil && !strings.HasPrefix(text, "#") && !strings.HasPrefix(text, ";") && !strings.HasPrefix(text, "killall") {
			s.hit(Hit{Kind: "debug service", Offset: at, Context: m[1] + " is started"})
		}
		at += int64(len(line))
	}
}

// unlean are programs that a product does not need to do its work (5.6-6).
var unlean = []string{"gcc", "cc", "g++", "clang", "tcc", "ld", "make", "cmake", "gdb", "gdbserver", "strace", "ltrace", "valgrind", "tcpdump", "tshark", "nmap", "ncat", "netcat", "socat",
	"perl", "python", "python2", "python3", "ruby", "apt-get", "dpkg", "rpm", "yum", "opkg", "apk"}

func (s *search) tools(data []byte) {
	name := s.path[strings.LastIndex(s.path, "/")+1:]
	folder := strings.TrimSuffix(s.path, "/"+name)
	if slices.Contains(unlean, name) && strings.HasSuffix(folder, "bin") && (bytes.HasPrefix(data, []byte("\x7fELF")) || bytes.HasPrefix(data, []byte("#!"))) {
		s.hit(Hit{Kind: "tool", Context: name})
	}
}

// signatures notes where an image, or a part of it, carries a signature. That one is there says nothing of whether it is checked.
func (s *search) signatures(data []byte) {
	note := func(at int, what string) { s.hit(Hit{Kind: "signature", Offset: int64(at), Context: what}) }
	if treeHeader(data) {
		nodes, _ := properties(data)
		for _, p := range nodes {
			if p.name == "value" && strings.Contains(p.node, "/signature") {
				note(0, "FIT "+safeName(p.node))
			}
		}
	}
	for _, m := range []struct{ magic, what string }{{"AVBf", "Android verified boot footer"}, {"AVB0", "Android verified boot metadata"}} {
		if i := bytes.LastIndex(data, []byte(m.magic)); i >= 0 && (i == 0 || len(data)-i == 64) {
			note(i, m.what)
		}
	}
	if i := bytes.Index(data, []byte("\x07\x69\x0c")); bytes.HasPrefix(data, []byte("\x3d\xb8\xf3\x96")) && i > 0 {
		note(i, "MCUboot trailer")
	}
	switch name := strings.ToLower(s.path); {
	case strings.HasSuffix(name, ".sig"), strings.HasSuffix(name, ".asc"), strings.HasSuffix(name, ".p7s"), strings.HasSuffix(name, ".cms"), strings.HasSuffix(name, ".minisig"):
		if len(data) < 64<<10 {
			note(0, "detached signature")
		}
	}
}

func safeName(s string) string { return strings.TrimPrefix(join("", s), "/") }

// banners are version strings that programs hold.
var banners = []struct {
	name string
	re   *regexp.Regexp
}{
	{"busybox", regexp.MustCompile(`BusyBox v(\d+\.\d+(?:\.\d+)?)`)}, {"openssl", regexp.MustCompile(`OpenSSL (\d+\.\d+\.\d+[a-z]?) +\d+ [A-Z][a-z]{2} \d{4}`)},
	{"linux", regexp.MustCompile(`Linux version (\d+\.\d+\.\d+)`)}, {"u-boot", regexp.MustCompile(`U-Boot (\d{4}\.\d{2})`)},
	{"dropbear", regexp.MustCompile(`SSH-2\.0-dropbear_(\d{4}\.\d+)`)}, {"openssh", regexp.MustCompile(`OpenSSH_(\d+\.\d+(?:p\d+)?)`)},
	{"dnsmasq", regexp.MustCompile(`dnsmasq-(\d+\.\d+)`)}, {"lighttpd", regexp.MustCompile(`lighttpd/(\d+\.\d+\.\d+)`)}, {"nginx", regexp.MustCompile(`nginx/(\d+\.\d+\.\d+)`)},
	{"curl", regexp.MustCompile(`libcurl/(\d+\.\d+\.\d+)`)}, {"mosquitto", regexp.MustCompile(`mosquitto version (\d+\.\d+\.\d+)`)},
	{"wpa_supplicant", regexp.MustCompile(`wpa_supplicant v(\d+\.\d+)`)}, {"hostapd", regexp.MustCompile(`hostapd v(\d+\.\d+)`)}, {"boa", regexp.MustCompile(`Boa/(\d+\.\d+\.\d+)`)},
	{"goahead", regexp.MustCompile(`GoAhead/(\d+\.\d+\.\d+)`)}, {"mbedtls", regexp.MustCompile(`bed TLS (\d+\.\d+\.\d+)`)}, {"mbedtls", regexp.MustCompile(`bedTLS (\d+\.\d+\.\d+)`)}, {"zlib", regexp.MustCompile(`flate (\d+\.\d+\.\d+) Copyright`)},
}

func (s *search) components(data []byte) {
	for _, b := range banners {
		if m := b.re.FindSubmatch(data); m != nil {
			s.part(Component{b.name, string(m[1]), s.path, "banner"})
		}
	}
}

func (s *search) part(c Component) {
	same := func(x Component) bool { return x.Name == c.Name && x.Version == c.Version }
	if len(s.parts) < mostParts && !slices.ContainsFunc(s.parts, same) {
		s.parts = append(s.parts, c)
	}
}

var lists = regexp.MustCompile(`(^|/)(dpkg/status|opkg/status|apk/db/installed|opkg/info/[^/]+\.control)$`)

var fields = regexp.MustCompile(`(?m)^(?:Package: |P:)(\S{1,80})(?:\n(?:[^\n]*\n){0,40}?)(?:Version: |V:)(\S{1,80})$`)

// packages reads the lists of package managers.
func (s *search) packages(data []byte) {
	if !lists.MatchString(s.path) {
		return
	}
	for block := range bytes.SplitSeq(data, []byte("\n\n")) {
		if m := fields.FindSubmatch(block); m != nil {
			s.part(Component{safeName(string(m[1])), safeName(string(m[2])), s.path, "package list"})
		}
	}
}
