package firmware

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"strings"
	"testing"
)

// What is encrypted was not searched; text, archives that were opened, and pictures were.
func TestSealed(t *testing.T) {
	chance := make([]byte, 300)
	rand.Read(chance)
	long := make([]byte, 100_000)
	rand.Read(long)
	var gz, zipped bytes.Buffer
	w := gzip.NewWriter(&gz)
	w.Write([]byte(strings.Repeat("a line of a log, which is packed\n", 3) + base64.StdEncoding.EncodeToString(long[:900])))
	w.Close()
	z := zip.NewWriter(&zipped)
	f, _ := z.Create("backup.enc")
	f.Write(long)
	z.Close()
	for name, c := range map[string]struct {
		data   []byte
		sealed bool
	}{
		"encrypted":               {long, true},
		"encrypted and short":     {chance, true},
		"encrypted, as base64":    {[]byte(base64.StdEncoding.EncodeToString(chance) + "\n"), true},
		"encrypted behind a head": {append([]byte("ACME0001"), chance...), true},
		"encrypted, in a zip":     {zipped.Bytes(), true},
		"settings":                {[]byte(strings.Repeat(`{"name":"hall","level":17,"key":"kf93-Lqpz"}`, 40)), false},
		"log, packed":             {gz.Bytes(), false},
		"picture":                 {append([]byte("\xff\xd8\xff\xe0"), long...), false},
		"certificate":             {[]byte(certificateOf(must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), "cam", false)), false},
		"nothing":                 {nil, false},
	} {
		if cut := Files(t.Context(), "answer", c.data, Bounds{}, func(string, []byte) {}); strings.Contains(cut, "looks encrypted") != c.sealed {
			t.Errorf("%s: %q", name, cut)
		}
	}
}
