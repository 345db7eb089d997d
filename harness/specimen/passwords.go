package specimen

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/big"
	"net/http"
)

// unnamed is a guide that tells how to log in, and not how to do so with another password.
const unnamed = `<!doctype html><html lang="en"><title>Manual of the Assay Specimen AX-1: passwords</title><h1>Your password and that of a guest</h1>
<p>You find the password of your device on its label. You need a browser and this password, and you need nothing else.</p>
<p>Open the page of the device in your browser and log in to the web page with the password that is on the label. If you do not have it, you can reset the device by its button.</p>`

var _ = publishes("change-undocumented", instead("/manual/passwords", http.StatusOK, unnamed))

// numbered is the serial number of the nth unit of the run.
func (m *maker) numbered(n int) string {
	if n < 2 {
		return m.serial(string(rune('A' + n)))
	}
	return m.serial(fmt.Sprintf("%04d", n))
}

// ofSerial is the end of a serial number, taken for a number and written in base 36.
func (m *maker) ofSerial(n int) string {
	text := new(big.Int).SetBytes([]byte(m.numbered(n))).Text(36)
	return text[len(text)-12:]
}

// hitByChance is a random password of eight digits, and for the first unit one that a checksum of its address gives too: by chance
// that happens to somebody among all who look through thousands of ways.
func hitByChance(n int) string {
	if n > 0 {
		return digits(8)
	}
	sum := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(address(n))))
	return fmt.Sprintf("%08d", new(big.Int).SetBytes(sum).Int64()%1e8)
}
