package updates

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness/device"
)

// A house is a maker: it signs images of a product whose updater is below.
type house struct {
	key   ed25519.PrivateKey
	store map[string][]byte
}

const magic = "IMG1"

// image makes magic, version (12 bytes, NUL-filled), payload, crc32.
func (h *house) image(version string, seed uint64) []byte {
	b := append([]byte(magic), make([]byte, 12)...)
	copy(b[4:], version)
	payload := make([]byte, 20000)
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range payload {
		payload[i] = byte(r.Uint32())
	}
	b = append(b, payload...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

func (h *house) publish(name, model, version string) device.Image {
	image := h.image(version, uint64(len(h.store)+1))
	sum := sha256.Sum256(image)
	manifest := fmt.Appendf(nil, `{"model": %q, "version": %q, "image": "image.bin", "sha256": "%x"}`, model, version, sum)
	for file, b := range map[string][]byte{"image.bin": image, "manifest.json": manifest, "manifest.sig": ed25519.Sign(h.key, manifest)} {
		h.store[name+"/"+file] = b
	}
	return device.Image{Version: version, Files: map[string]string{"image.bin": name + "/image.bin", "manifest.json": name + "/manifest.json", "manifest.sig": name + "/manifest.sig"}}
}

func (h *house) load(path string) ([]byte, error) {
	if b, ok := h.store[path]; ok {
		return b, nil
	}
	return nil, errors.New("no such file")
}

// beside is a product with a manifest beside the image.
func beside() (*house, *device.Updates) {
	_, key, _ := ed25519.GenerateKey(nil)
	h := &house{key, map[string][]byte{}}
	u := &device.Updates{InstallS: 5, Images: map[string]device.Image{
		"n-1": h.publish("n-1", "cam", "1.0.0"), "n": h.publish("n", "cam", "1.1.0"), "n+1": h.publish("n+1", "cam", "1.2.0"),
		"other-model": h.publish("other", "bell", "1.1.0"),
	}}
	u.Layout = device.Layout{
		File: "image.bin", Signature: &device.Place{File: "manifest.sig"}, Signed: &device.Place{File: "manifest.json"},
		Version: &device.Place{File: "manifest.json", JSON: "/version"}, Versions: []device.Place{{At: 4, Length: 12, As: "ascii"}},
		Payload: &device.Place{At: 16, Length: -4},
		Sums: []device.Sum{
			{Kind: "crc32", Of: device.Place{Length: -4}, In: device.Place{At: -4, As: "be32"}},
			{Kind: "sha256", Of: device.Place{File: "image.bin"}, In: device.Place{File: "manifest.json", JSON: "/sha256", As: "hex"}},
		},
	}
	return h, u
}

// An updater is a device's; each field leaves one check out.
type updater struct {
	installed                                      string
	noSignature, anySigner, noHash, noModel, noAge bool
}

func (d updater) install(h *house, f Files) error {
	var m struct{ Model, Version, Image, SHA256 string }
	if err := json.Unmarshal(f["manifest.json"], &m); err != nil {
		return err
	}
	signature, image := f["manifest.sig"], f["image.bin"]
	good := len(signature) == 64 && ed25519.Verify(h.key.Public().(ed25519.PublicKey), f["manifest.json"], signature)
	good = good || d.noSignature || d.anySigner && len(signature) == 64 && !bytes.Equal(signature, make([]byte, 64))
	if above, _ := Above(m.Version, d.installed); !above && !d.noAge {
		return errors.New("the version is not newer")
	}
	if !good {
		return errors.New("bad signature")
	}
	if m.Model != "cam" && !d.noModel {
		return errors.New("another model")
	}
	sum := sha256.Sum256(image)
	if hex.EncodeToString(sum[:]) != m.SHA256 && !d.noHash {
		return errors.New("bad hash")
	}
	if n := len(image) - 4; n < 0 || binary.BigEndian.Uint32(image[n:]) != crc32.ChecksumIEEE(image[:n]) {
		return errors.New("bad checksum")
	}
	return nil
}

func TestDerive(t *testing.T) {
	t.Parallel()
	h, u := beside()
	list, err := Derive(u, h.load)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, a := range list {
		if !a.Applies {
			t.Errorf("%s does not apply: %s", a.Name, a.WhyNot)
			continue
		}
		if a.Files != nil || a.Property == "" || a.Control == "" || names[a.Name] {
			t.Errorf("%s: files kept, or words missing, or a second one of the name", a.Name)
		}
		names[a.Name] = true
		if above, _ := Above(a.Claims, u.Images["n-1"].Version); a.From == "n-1" && !above {
			t.Errorf("%s claims %s, which is not above the installed version", a.Name, a.Claims)
		}
		made, err := Make(u, h.load, a.Name)
		if err != nil {
			t.Fatal(err)
		}
		control, _ := Genuine(u, a.Control, h.load)
		if same(made.Files, control) {
			t.Errorf("%s is its control", a.Name)
		}
		if err := (updater{installed: u.Images[a.From].Version}).install(h, made.Files); err == nil {
			t.Errorf("%s: a careful updater installs it", a.Name)
		}
	}
	for _, want := range []string{"bitflip-header", "bitflip-trailer", "cut-1", "cut-4096", "cut-half", "appended", "swapped", "swapped-resummed", "signature-zeroed",
		"signature-removed", "self-signed", "other-model", "version-raised", "image-older", "redirect", "downgrade", "older-metadata", "newer-metadata"} {
		if !names[want] {
			t.Errorf("there is no attack %s", want)
		}
	}
	if n := slices.IndexFunc(list, func(a Attack) bool { return a.From == "n" }); slices.ContainsFunc(list[n:], func(a Attack) bool { return a.From != "n" }) {
		t.Error("attacks at N-1 come after those at N")
	}
}

func same(a, b Files) bool {
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			return false
		}
	}
	return len(a) == len(b)
}

// Every check that an updater leaves out is found by an attack, and by the kind of attack that it should be.
func TestEveryMissingCheckIsFound(t *testing.T) {
	t.Parallel()
	h, u := beside()
	list, err := Derive(u, h.load)
	if err != nil {
		t.Fatal(err)
	}
	for missing, tc := range map[string]struct {
		updater
		want string
	}{
		"no check at all of the signature":         {updater{noSignature: true}, "bitflip-middle-2-resummed cut-half-resummed appended-resummed swapped-resummed signature-flipped signature-zeroed signature-removed self-signed version-raised version-raised-zeroed version-raised-removed redirect"},
		"any signer will do":                       {updater{anySigner: true}, "signature-flipped self-signed version-raised bitflip-middle-2-resummed cut-half-resummed appended-resummed swapped-resummed"},
		"the hash is not checked, the checksum is": {updater{noHash: true}, "bitflip-header bitflip-early bitflip-early-2 bitflip-middle bitflip-middle-2 bitflip-middle-3 bitflip-late bitflip-late-2 cut-1 cut-4096 cut-half appended swapped image-older newer-metadata"},
		"another model's image will do":            {updater{noModel: true}, "other-model"},
		"an older image will do":                   {updater{noAge: true}, "downgrade"},
	} {
		t.Run(missing, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, a := range list {
				made, err := Make(u, h.load, a.Name)
				if err != nil {
					t.Fatal(err)
				}
				d := tc.updater
				d.installed = u.Images[a.From].Version
				if d.install(h, made.Files) == nil {
					got = append(got, a.Name)
				}
			}
			want := strings.Fields(tc.want)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("it installs\n%v\nwant\n%v", got, want)
			}
		})
	}
}

// An image in one file: header, payload, key, signature at the end, and a version as a number.
func TestOneFile(t *testing.T) {
	t.Parallel()
	public, key, _ := ed25519.GenerateKey(nil)
	store := map[string][]byte{}
	make1 := func(version uint32) []byte {
		b := binary.LittleEndian.AppendUint32([]byte("ONE!"), version)
		b = append(b, bytes.Repeat([]byte{byte(version), 2, 3, 4, 5}, 2000)...)
		b = append(b, public...)
		return append(b, ed25519.Sign(key, b)...)
	}
	store["1"], store["2"] = make1(1), make1(2)
	u := &device.Updates{Images: map[string]device.Image{"n-1": {Version: "1", Files: map[string]string{"fw": "1"}}, "n": {Version: "2", Files: map[string]string{"fw": "2"}}}}
	u.Layout = device.Layout{File: "fw", Signature: &device.Place{At: -64}, PublicKey: &device.Place{At: -96, Length: 32}, Version: &device.Place{At: 4, Length: 4, As: "le32"}, Payload: &device.Place{At: 8, Length: -96}}
	load := func(p string) ([]byte, error) { return store[p], nil }
	verify := func(b []byte) bool { // by the key that the image carries
		n := len(b) - 64
		return n >= 32 && ed25519.Verify(b[n-32:n], b[:n], b[n:])
	}
	list, err := Derive(u, load)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		if !a.Applies {
			if !slices.Contains([]string{"other-model", "image-older", "older-metadata", "newer-metadata"}, a.Name) {
				t.Errorf("%s does not apply: %s", a.Name, a.WhyNot)
			}
			continue
		}
		m, err := Make(u, load, a.Name)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := verify(m.Files["fw"]), a.Name == "self-signed" || a.Name == "downgrade"; got != want {
			t.Errorf("%s: verifies by the key it carries: %v", a.Name, got)
		}
	}
	m, _ := Make(u, load, "version-raised")
	if v := binary.LittleEndian.Uint32(m.Files["fw"][4:]); v != 9 || m.Claims != "9" {
		t.Errorf("raised to %d, claims %s", v, m.Claims)
	}
	m, _ = Make(u, load, "signature-removed")
	if len(m.Files["fw"]) != len(store["2"])-64 {
		t.Error("the signature is still there")
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	for kind, size := range map[string]int{"": 64, "rsa2048": 256, "ecdsa-p256": 71} {
		k, err := newSigner(kind, size)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := k.sign([]byte("message")); err != nil || len(s) != size {
			t.Errorf("%s: %d bytes, error %v", kind, len(s), err)
		}
	}
	if _, err := newSigner("dsa", 1); err == nil {
		t.Error("a key of an unknown kind was made")
	}
}

// A layout that does not fit would give attacks that are refused for a reason of ours.
func TestLayoutThatDoesNotFit(t *testing.T) {
	t.Parallel()
	for what, tc := range map[string]struct {
		spoil func(u *device.Updates)
		says  string
	}{
		"sum":       {func(u *device.Updates) { u.Layout.Sums[0].Of.Length = -8 }, "crc32"},
		"version":   {func(u *device.Updates) { u.Layout.Version.JSON = "/image" }, `"image.bin", and the image is said to be 1.1.0`},
		"pointer":   {func(u *device.Updates) { u.Layout.Version.JSON = "/nothing" }, `there is no "nothing"`},
		"signature": {func(u *device.Updates) { u.Layout.Signature.Length = 63 }, "63 bytes"},
		"payload":   {func(u *device.Updates) { u.Layout.Payload.At = 1 << 20 }, "does not lie in"},
		"swapped":   {func(u *device.Updates) { u.Images["n"], u.Images["n-1"] = u.Images["n-1"], u.Images["n"] }, "seem to be swapped"},
		"missing":   {func(u *device.Updates) { delete(u.Images, "n") }, `no image "n"`},
		"unread":    {func(u *device.Updates) { u.Images["n"].Files["image.bin"] = "nowhere" }, "read image.bin of image n"},
	} {
		h, u := beside()
		tc.spoil(u)
		if _, err := Derive(u, h.load); err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestMakeSaysWhyNot(t *testing.T) {
	t.Parallel()
	h, u := beside()
	delete(u.Images, "other-model")
	if _, err := Make(u, h.load, "other-model"); err == nil || !strings.Contains(err.Error(), "there is no image other-model") {
		t.Error(err)
	}
	if _, err := Make(u, h.load, "none"); err == nil {
		t.Error("an unknown attack was made")
	}
}

func TestAbove(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		a, b         string
		above, known bool
	}{{"1.1", "1.0.9", true, true}, {"1.10", "1.9", true, true}, {"v2", "1.9", true, true}, {"1.0", "1.0.0", false, true}, {"a", "1", false, false}, {"", "1", false, false}} {
		if above, known := Above(tc.a, tc.b); above != tc.above || known != tc.known {
			t.Errorf("%s over %s: %v %v", tc.a, tc.b, above, known)
		}
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	u := &device.Updates{Serve: map[string]string{"fw/{version}/m.json": "manifest.json", "gone": "none"}}
	files := Files{"manifest.json": []byte("m")}
	if p := Paths(u, "1.1", files); len(p) != 1 || string(p["fw/1.1/m.json"]) != "m" {
		t.Errorf("%v", p)
	}
	if p := Paths(&device.Updates{}, "1.1", files); string(p["manifest.json"]) != "m" {
		t.Errorf("%v", p)
	}
}

func FuzzJSONSpan(f *testing.F) {
	f.Add([]byte(`{"a": {"b": [1, "two"]}, "c/d": "e"}`), "/a/b/1")
	f.Add([]byte(`{"a"`), "/a")
	f.Add([]byte(`[[],{}]`), "/1/x~1y")
	f.Fuzz(func(t *testing.T, b []byte, pointer string) {
		from, to, err := jsonSpan(b, pointer)
		if err == nil && (from < 0 || from > to || to > len(b)) {
			t.Fatalf("from %d to %d of %d", from, to, len(b))
		}
		if err == nil && strings.HasPrefix(pointer, "/") && !json.Valid(b[from:to]) {
			t.Fatalf("%q is no value", b[from:to])
		}
	})
}
