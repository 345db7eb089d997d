// Package updates plays the maker's update server: it derives attacks from genuine images and offers them to a device.
//
// Its one idea is that an attack is a genuine image with one property changed, and that it claims a version
// above the installed one: what then refuses it is the check of that property, and nothing else.
//
//	attacks, err := updates.Derive(f.Updates, updates.Open(f)) // a list, with what does not apply and why
//	a, err := updates.Make(f.Updates, updates.Open(f), "signature-zeroed")
//	server, err := updates.Serve(ctx, on, updates.Paths(f.Updates, a.Claims, a.Files), updates.Options{})
//	defer server.Close()
package updates

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/secure-by-design/assay/harness/device"
)

// Groups of attacks; each has a control of its own.
const (
	Authenticity = "authenticity" // by whom it was made
	Integrity    = "integrity"    // whether it is whole
	Rollback     = "rollback"     // whether it is old
	Path         = "path"         // by which way it comes
)

// An Attack is an image that a device must refuse.
type Attack struct {
	Name     string
	Group    string
	From     string // the image that must be installed: "n-1" or "n"
	Property string // what differs from the control, as a sentence
	Control  string // the genuine image that must be installable by the same way afterwards
	Claims   string // the version that it says it is
	Redirect bool   // it is served behind a redirect
	Applies  bool
	WhyNot   string // where it does not apply
	Files    Files  // from Make
}

// MaxImage is the size of a file of an image, in bytes.
const MaxImage = 256 << 20

// A Loader reads a file of an image by the path that the device file gives.
type Loader func(path string) ([]byte, error)

// Open reads the images of a device file.
func Open(f *device.File) Loader {
	return func(path string) ([]byte, error) {
		file, err := os.Open(f.Resolve(path))
		if err != nil {
			return nil, err
		}
		defer file.Close()
		b, err := io.ReadAll(io.LimitReader(file, MaxImage+1))
		if err == nil && len(b) > MaxImage {
			err = fmt.Errorf("%s has more than %d bytes", path, MaxImage)
		}
		return b, err
	}
}

// Genuine reads an image as the maker made it.
func Genuine(u *device.Updates, name string, load Loader) (Files, error) {
	im, ok := u.Images[name]
	if !ok {
		return nil, fmt.Errorf("there is no image %q: add it under updates: images:", name)
	}
	files := Files{}
	for file, path := range im.Files {
		b, err := load(path)
		if err != nil {
			return nil, fmt.Errorf("read %s of image %s: %w", file, name, err)
		}
		files[file] = b
	}
	return files, nil
}

// Paths are the files of an image by the path under which the device asks for them.
func Paths(u *device.Updates, version string, files Files) map[string][]byte {
	paths := map[string][]byte{}
	if len(u.Serve) == 0 {
		for name, b := range files {
			paths[name] = b
		}
	}
	for path, file := range u.Serve {
		if b, ok := files[file]; ok {
			paths[strings.ReplaceAll(path, "{version}", version)] = b
		}
	}
	return paths
}

// Derive lists the attacks on a device whose genuine images are given, in the order in which they are made. Files are left
// out; Make has them. It fails where the layout does not fit the images: attacks would be refused for a reason of ours.
func Derive(u *device.Updates, load Loader) ([]Attack, error) {
	g, err := genuine(u, load)
	if err != nil {
		return nil, err
	}
	var attacks []Attack
	for _, r := range recipes(g) {
		a := r.made(g)
		a.Files = nil
		attacks = append(attacks, a)
	}
	return attacks, nil
}

// Make makes one attack.
func Make(u *device.Updates, load Loader, name string) (Attack, error) {
	g, err := genuine(u, load)
	if err != nil {
		return Attack{}, err
	}
	for _, r := range recipes(g) {
		if r.Name != name {
			continue
		}
		a := r.made(g)
		if !a.Applies {
			return a, fmt.Errorf("make the update attack %s: it does not apply: %s", name, a.WhyNot)
		}
		return a, nil
	}
	return Attack{}, fmt.Errorf("there is no update attack %q", name)
}

// maker is what is genuine.
type maker struct {
	u      *device.Updates
	images map[string]image
}

func (g maker) version(name string) string { return g.u.Images[name].Version }

// genuine reads the images and holds the layout against them.
func genuine(u *device.Updates, load Loader) (maker, error) {
	g := maker{u, map[string]image{}}
	if u == nil {
		return g, fmt.Errorf("derive update attacks: the device file declares no images: add updates:")
	}
	for _, need := range []string{"n-1", "n"} {
		if _, ok := u.Images[need]; !ok {
			return g, fmt.Errorf("derive update attacks: there is no image %q: add it under updates: images:", need)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(u.Images)) {
		files, err := Genuine(u, name, load)
		if err != nil {
			return g, fmt.Errorf("derive update attacks: %w", err)
		}
		g.images[name] = image{u.Layout, files}
		if err := g.fits(name); err != nil {
			return g, fmt.Errorf("derive update attacks: the layout does not fit the image %s: %w\n  correct updates: layout: in the device file", name, err)
		}
	}
	if above, known := Above(g.version("n"), g.version("n-1")); known && !above {
		return g, fmt.Errorf("derive update attacks: the version %s of image n is not above %s of n-1: the two seem to be swapped", g.version("n"), g.version("n-1"))
	}
	return g, nil
}

// fits checks a genuine image: its version, its sums, its signature as far as that can be.
func (g maker) fits(name string) error {
	m := g.images[name]
	if m.File == "" || m.files[m.File] == nil {
		return fmt.Errorf("it has no file %q", m.File)
	}
	for _, p := range g.versions() {
		b, err := m.get(p)
		if err != nil {
			return fmt.Errorf("version: %w", err)
		}
		if got := versionText(b, p); got != g.version(name) {
			return fmt.Errorf("the version there is %.40q, and the image is said to be %s", got, g.version(name))
		}
	}
	for _, s := range m.Sums {
		want, err := m.sum(s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Kind, err)
		}
		got, err := m.get(s.In)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Kind, err)
		}
		if !bytes.Equal(want, got) {
			return fmt.Errorf("the %s over its part is %x, and %.32x is kept", s.Kind, want, got)
		}
	}
	if m.Payload != nil {
		if _, _, err := m.span(*m.Payload); err != nil {
			return fmt.Errorf("payload: %w", err)
		}
	}
	return m.signatureFits()
}

func (m image) signatureFits() error {
	if m.Signature == nil {
		return nil
	}
	s, err := m.get(*m.Signature)
	if err != nil {
		return fmt.Errorf("signature: %w", err)
	}
	message, err := m.message()
	if err != nil {
		return fmt.Errorf("signed part: %w", err)
	}
	if m.Key != "" && m.Key != "ed25519" {
		return nil
	}
	if len(s) != ed25519.SignatureSize {
		return fmt.Errorf("the signature has %d bytes, and one of ed25519 has 64", len(s))
	}
	if m.PublicKey != nil {
		key, err := m.get(*m.PublicKey)
		if err != nil {
			return fmt.Errorf("public key: %w", err)
		}
		if len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, message, s) {
			return fmt.Errorf("the signature there is none by the key there over the part there")
		}
	}
	return nil
}

func (g maker) versions() []device.Place {
	if g.u.Layout.Version == nil {
		return g.u.Layout.Versions
	}
	return append([]device.Place{*g.u.Layout.Version}, g.u.Layout.Versions...)
}

func versionText(b []byte, p device.Place) string {
	if p.As == "be32" || p.As == "le32" {
		return strconv.Itoa(int(uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])))
	}
	return strings.TrimRight(string(b), "\x00 \n")
}

// Above tells whether version a is above b, number by number; known is false where they cannot be compared.
func Above(a, b string) (above, known bool) {
	x, okA := numbers(a)
	y, okB := numbers(b)
	if !okA || !okB {
		return false, false
	}
	for i := range max(len(x), len(y)) {
		var p, q uint64
		if i < len(x) {
			p = x[i]
		}
		if i < len(y) {
			q = y[i]
		}
		if p != q {
			return p > q, true
		}
	}
	return false, true
}

func numbers(version string) (out []uint64, ok bool) {
	for _, part := range strings.FieldsFunc(strings.TrimLeft(version, "vV"), func(r rune) bool { return r == '.' || r == '-' || r == '_' }) {
		n, err := strconv.ParseUint(part, 10, 64)
		if err != nil {
			return nil, false
		}
		out = append(out, n)
	}
	return out, len(out) > 0
}
