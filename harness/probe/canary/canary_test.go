package canary

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
)

const value = "k7mqp2xw9d4t"

func gz(b string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write([]byte(b))
	w.Close()
	return out.String()
}

func deflated(b string) string {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	w.Write([]byte(b))
	w.Close()
	return out.String()
}

func TestEverySpellingIsFound(t *testing.T) {
	t.Parallel()
	// Written out, not computed by the code under test.
	for name, text := range map[string]string{
		"as it is": value, "hex": "6b376d7170327877396434" + "74", "HEX": "6B376D7170327877396434" + "74", "with colons": "6b:37:6d:71:70:32:78:77:39:64:34:74",
		"percent": "%6B%37%6D%71%70%32%78%77%39%64%34%74", "UTF-16LE": "k\x007\x00m\x00q\x00p\x002\x00x\x00w\x009\x00d\x004\x00t\x00",
		"UTF-16BE": "\x00k\x007\x00m\x00q\x00p\x002\x00x\x00w\x009\x00d\x004\x00t", "JSON": `\u006b\u0037\u006d\u0071\u0070\u0032\u0078\u0077\u0039\u0064\u0034\u0074`,
		"gzip": gz("x" + value), "zlib": deflated(strings.Repeat("a", 1000) + value), "gzip in gzip, behind text": "head" + gz("more"+gz(value)),
		"hex in gzip": gz(hex.EncodeToString([]byte(value))), "JSON text": `{"k":"` + value + `"}`,
	} {
		if hits := Find([]byte("before "+text+" behind"), value); len(hits) == 0 {
			t.Errorf("%s: not found", name)
		}
		if hits := Find([]byte("before "+text+" behind"), "another1value"); len(hits) != 0 {
			t.Errorf("%s: found what is not there: %v", name, hits)
		}
	}
	for shift := range 3 {
		for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
			if len(Find([]byte(e.EncodeToString([]byte(strings.Repeat("\xfb", shift)+value+"\xff tail"))), value)) == 0 {
				t.Errorf("base64 behind %d bytes: not found", shift)
			}
		}
	}
	if odd := `ä&b"c d/é`; len(Find([]byte("a="+url.QueryEscape(odd)), odd)) == 0 {
		t.Error("a query: not found")
	}
}

// The digests are those of "password", as anybody can look up.
func TestDigestsAreFound(t *testing.T) {
	t.Parallel()
	for name, sum := range map[string]string{
		"MD5": "5f4dcc3b5aa765d61d8327deb882cf99", "SHA-1": "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8",
		"SHA-256": "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
	} {
		for _, text := range []string{sum, strings.ToUpper(sum)} {
			hits := Find([]byte("hash="+text), "password")
			if len(hits) != 1 || hits[0].Spelling != name || hits[0].At != 5 {
				t.Errorf("%s: %v", text, hits)
			}
		}
	}
}

func TestShortValuesAreNoChanceHits(t *testing.T) {
	t.Parallel()
	if hits := Find([]byte("the answer is 1234, and 1234 again"), "1234"); len(hits) != 0 {
		t.Errorf("%v", hits)
	}
	if Spellings("") != nil || len(Find([]byte("anything"), "")) != 0 {
		t.Error("no value was found")
	}
}

func TestValuesAreToldApart(t *testing.T) {
	t.Parallel()
	hits := New("first-value", "second-value").Find([]byte("second-value first-value second-value"))
	var got []int
	for _, h := range hits {
		got = append(got, h.Value)
	}
	if len(got) != 3 || got[0] != 1 || got[1] != 0 || got[2] != 1 {
		t.Errorf("%v", hits)
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	if hits := Find(bytes.Repeat([]byte(value), 10*MaxHits), value); len(hits) > MaxHits {
		t.Errorf("%d hits", len(hits))
	}
	bomb := gz(strings.Repeat("\x00", 4*MaxUnpacked))
	if hits := Find([]byte(strings.Repeat(bomb, 3)+value), value); len(hits) != 1 {
		t.Errorf("behind a bomb: %v", hits)
	}
}

func FuzzFind(f *testing.F) {
	f.Add([]byte(value), value)
	f.Add([]byte(gz(value)), value)
	f.Add([]byte("\x1f\x8b\x08\x00"), "abcdef")
	f.Add([]byte("\x78\x9c"), `"\`)
	f.Fuzz(func(t *testing.T, b []byte, v string) {
		for _, h := range Find(b, v) {
			if h.At < 0 || h.Value != 0 || h.Spelling == "" {
				t.Errorf("%+v", h)
			}
		}
		if len(v) >= 6 && len(Find([]byte("\xff"+v), v)) == 0 {
			t.Errorf("%q is not found in itself", v)
		}
	})
}
