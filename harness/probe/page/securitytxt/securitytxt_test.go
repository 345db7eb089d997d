package securitytxt

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

const at = "https://maker.example/.well-known/security.txt"

const good = `# how to reach us
Contact: mailto:security@maker.example
contact: https://maker.example/report
Contact: tel:+49-30-901820
Expires: 2027-06-30T00:00:00.000Z
Preferred-Languages: en, de
Canonical: https://maker.example/.well-known/security.txt
Policy: https://maker.example/security

X-Extension: whatever it likes
`

func TestAGoodFile(t *testing.T) {
	t.Parallel()
	for _, text := range []string{good, strings.ReplaceAll(good, "\n", "\r\n")} {
		f := Parse([]byte(text), at)
		if len(f.Problems) > 0 || len(f.Values("Contact")) != 3 || f.Values("Contact")[1] != "https://maker.example/report" || f.Signed ||
			!f.Expires.Equal(time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC)) || f.Fields[7] != (Field{10, "X-Extension", "whatever it likes"}) {
			t.Errorf("%+v", f)
		}
	}
}

func TestErrorsWithTheirLine(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"Contact: security@maker.example":      "8: Contact is no URI: write mailto: before it",
		"Contact: http://maker.example/report": "8: Contact must begin with https://",
		"Contact:mailto:a@b.example":           "8: a space must follow the colon",
		"Contact: mailto:nobody":               "8: Contact names nobody",
		"Policy: https:///x":                   "8: Policy names no host",
		"Policy:":                              "8: a space must follow",
		"Expires: 2027-06-30T00:00:00Z":        "8: Expires stands more than once",
		"Preferred-Languages: fr":              "8: Preferred-Languages stands more than once",
		"<html>":                               "8: it is no field",
		"A field: x":                           "8: it is no field",
		"Canonical: http://maker.example/.well-known/security.txt": "8: Canonical must begin with https://",
	} {
		text := strings.Replace(good, "Policy: https://maker.example/security", line, 1)
		f := Parse([]byte(text), at)
		if len(f.Problems) == 0 || !strings.HasPrefix(fmt.Sprintf("%d: %s", f.Problems[0].Line, f.Problems[0].Text), want) {
			t.Errorf("%s: %+v", line, f.Problems)
		}
	}
	for text, want := range map[string]string{
		"Expires: 2027-06-30T00:00:00Z\n":                                          "0: it names no Contact",
		"Contact: mailto:a@b.example\n":                                            "0: it does not say when it Expires",
		"Contact: mailto:a@b.example\nExpires: tomorrow\n":                         "2: Expires is no date",
		"Contact: mailto:a@b.example\nExpires: 2027-02-30T00:00:00Z":               "2: Expires is no date",
		"<!doctype html>\n<html>":                                                  "0: it names no Contact",
		good + "\xff":                                                              "0: it is not UTF-8",
		strings.Replace(good, "//maker.example/.well", "//other.example/.well", 1): "0: none of its Canonical",
	} {
		f := Parse([]byte(text), at)
		if len(f.Problems) == 0 || !strings.HasPrefix(fmt.Sprintf("%d: %s", f.Problems[0].Line, f.Problems[0].Text), want) {
			t.Errorf("%q: %+v", text, f.Problems)
		}
	}
	if f := Parse([]byte(good), "http://maker.example/.well-known/security.txt"); len(f.Problems) != 2 {
		t.Errorf("%+v", f.Problems)
	}
}

// signed gives a file in a cleartext signature, and the public key.
func signed(t *testing.T, text string) (file, key []byte) {
	t.Helper()
	e, err := openpgp.NewEntity("Maker", "", "security@maker.example", &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA})
	if err != nil {
		t.Fatal(err)
	}
	var out, pub bytes.Buffer
	w, err := clearsign.Encode(&out, e.PrivateKey, nil)
	if err == nil {
		fmt.Fprint(w, text)
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	a, err := armor.Encode(&pub, openpgp.PublicKeyType, nil)
	if err == nil {
		err = e.Serialize(a)
	}
	if err != nil {
		t.Fatal(err)
	}
	a.Close()
	return out.Bytes(), pub.Bytes()
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	file, key := signed(t, good)
	_, other := signed(t, good)
	if f := Parse(file, at, other, key); !f.Signed || len(f.Signer) != 40 || f.Unproven != "" || len(f.Problems) > 0 || len(f.Values("Contact")) != 3 {
		t.Errorf("%+v", f)
	}
	if f := Parse(file, at); !f.Signed || f.Signer != "" || f.Unproven == "" || len(f.Problems) > 0 {
		t.Errorf("%+v", f)
	}
	if f := Parse(file, at, other, []byte("no key")); f.Signer != "" || !strings.Contains(f.Unproven, "another key") || len(f.Problems) > 0 {
		t.Errorf("%+v", f)
	}
	forged := bytes.Replace(file, []byte("security@maker"), []byte("security@taker"), 1)
	if f := Parse(forged, at, key); f.Signer != "" || len(f.Problems) != 1 || !strings.Contains(f.Problems[0].Text, "does not hold") {
		t.Errorf("%+v", f)
	}
	bad, _ := signed(t, strings.Replace(good, "mailto:", "", 1))
	lines := strings.Split(string(bad), "\n")
	f := Parse(bad, at)
	if len(f.Problems) != 1 || !strings.Contains(lines[f.Problems[0].Line-1], "Contact: security@") {
		t.Errorf("%+v of %q", f.Problems, lines)
	}
	if f := Parse(append([]byte("Contact: mailto:evil@example.com\n"), file...), at, key); f.Signed || len(f.Problems) == 0 {
		t.Errorf("%+v", f)
	}
	if f := Parse(file[:len(file)/2], at, key); f.Signer != "" || f.Unproven == "" {
		t.Errorf("%+v", f)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(beginning + "\nHash: SHA512\n\nContact: mailto:a@b\n-----BEGIN PGP SIGNATURE-----\n\nwsBzBAEB\n=aaaa\n-----END PGP SIGNATURE-----\n"))
	f.Add([]byte("Expires: 9999-99-99T99:99:99Z\r\n:\n: \nA: \x00\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got := Parse(b, at, b)
		lines := bytes.Count(b, []byte("\n")) + 1
		for _, p := range got.Problems {
			if p.Line < 0 || p.Line > lines {
				t.Errorf("line %d of %d: %s", p.Line, lines, p.Text)
			}
		}
		if len(got.Problems) > maxProblems || len(got.Fields) > maxLines {
			t.Error("out of bounds")
		}
	})
}
