package tls

import (
	"bytes"
	"encoding/hex"
	"testing"
)

func FuzzReadFlight(f *testing.F) {
	for _, s := range []string{
		"15030100020228", "16030300040e000000",
		"160303002a020000260303" + "00000000000000000000000000000000000000000000000000000000000000000000" + "002f00",
		"160303005802000054" + "0303cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c00130100000c002b00020304003300020017",
		"160303000e0b00000a000007000004deadbeef",
		"17030300050000000000",
	} {
		b, err := hex.DecodeString(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, true, uint16(tls12))
		f.Add(b, false, uint16(tls13))
	}
	f.Fuzz(func(t *testing.T, b []byte, sealed bool, asked uint16) {
		fl, err := readFlight(bytes.NewReader(b), asked, sealed)
		if r := judge(hello{version: asked, suites: []uint16{0x2f}}, fl, err); r.outcome == chosen && r.hello == nil {
			t.Error("chosen without a ServerHello")
		}
		if len(fl.chain) > maxChain {
			t.Error("a chain without bound")
		}
	})
}

func FuzzParseExchange(f *testing.F) {
	f.Add([]byte{3, 0, 23, 1, 4, 4, 3}, uint16(0xC02F), uint16(tls12))
	f.Add([]byte{0, 1, 0xFF, 0, 1, 2, 0, 1, 2}, uint16(0x0033), uint16(tls10))
	f.Add([]byte{0, 0, 1, 0, 0}, uint16(0xC0A6), uint16(tls12))
	f.Fuzz(func(t *testing.T, b []byte, suite, version uint16) {
		e, err := parseExchange(b, SuiteByID(suite), version)
		if err == nil && e == nil {
			t.Error("neither exchange nor error")
		}
		if e != nil && e.primeBits > 8*len(b) {
			t.Error("a prime longer than the message")
		}
	})
}

func FuzzReadSSL2(f *testing.F) {
	f.Add([]byte{0x80, 21, 4, 0, 1, 0, 2, 0, 3, 0, 6, 0, 1, 'd', 'e', 'r', 7, 0, 0xC0, 2, 0, 0x80, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		suites, err := readSSL2(bytes.NewReader(b))
		if err == nil && 3*len(suites) > len(b) {
			t.Error("more suites than bytes")
		}
	})
}

func FuzzDescribe(f *testing.F) {
	f.Add([]byte{0x30, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if c := Describe(b); c.SHA256 == "" {
			t.Error("no hash")
		}
	})
}

func FuzzTicket(f *testing.F) {
	f.Add([]byte{0, 0, 1, 0, 1, 2, 3, 4, 0, 0, 1, 7, 0, 8, 0, 42, 0, 4, 0, 0, 64, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		m := &messages{r: bytes.NewReader(b)}
		for range 64 {
			if _, whole, err := m.next(); err != nil || len(whole) < 4 {
				break
			}
		}
		if allowsEarly(b) && len(b) < 22 {
			t.Error("early data without room for it")
		}
	})
}
