package specimen

import (
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
)

// produced is how many units of the run were made before this one.
func (d *Device) produced() int { return int(d.unit[0] - 'A') }

// address is the link-layer address printed on the nth unit.
func address(n int) string { return fmt.Sprintf("02:00:5E:10:00:%02X", 10+n) }

// Words of ten letters that everybody tries, for a fault.
var tenLetters = []string{"undertaker", "manchester", "techniques", "enterprise"}

// preset is the password of the nth unit: 12 letters of 32, 60 bits, or what faults make of it.
func (m *maker) preset(has map[string]bool, n int) string {
	switch {
	case has["sequential-passwords"]:
		return m.lot + string([]byte{alphabet[(m.first+n)>>10&31], alphabet[(m.first+n)>>5&31], alphabet[(m.first+n)&31]})
	case has["password-from-serial"]:
		return m.ofSerial(n)
	case has["random-value-chance-hit"]:
		return hitByChance(n)
	case has["password-from-mac"]:
		sum := md5.Sum([]byte(address(n)))
		return hex.EncodeToString(sum[:])[22:]
	case has["wordlist-passwords"]:
		i, _ := rand.Int(rand.Reader, big.NewInt(256)) // never fails
		k := int(i.Int64())
		return tenLetters[k&3] + string([]byte{alphabet[24+k>>2&7], alphabet[24+k>>5&7]})
	}
	return random(12)
}

// letters and length are the form of a preset, as it is declared.
func (d *Device) letters() string {
	switch {
	case d.is("password-from-mac"):
		return "0123456789abcdef"
	case d.is("password-from-serial"):
		return "0123456789abcdefghijklmnopqrstuvwxyz"
	case d.is("random-value-chance-hit"):
		return "0123456789"
	}
	return alphabet
}

func (d *Device) length() int {
	switch {
	case d.is("password-from-mac"):
		return 10
	case d.is("random-value-chance-hit"):
		return 8
	}
	return 12
}

// sampled is how many labels of the production the maker shows.
const sampled = 60

// production are labels of units made after these, in order, as the maker shows them: passwords and what else is printed there.
func (d *Device) production() string {
	var b strings.Builder
	b.WriteString("password,mac,serial,model\n")
	for i := range sampled {
		n, prefix := 2+i, ""
		if d.is("model-prefix-in-password") {
			prefix = "AX-"
		}
		fmt.Fprintf(&b, "%s%s,%s,%s,%s\n", prefix, d.maker.preset(d.has, n), address(n), d.maker.numbered(n), model)
	}
	return b.String()
}
