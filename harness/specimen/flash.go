package specimen

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/md5"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// root are the files of the system that the unit runs: what a conformant maker ships, and what faults add. A key in the
// documentation of a library is nobody's, and accounts without a password are locked.
func (d *Device) root() map[string]string {
	example, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	files := map[string]string{
		"etc/hostname":                  "specimen\n",
		"etc/passwd":                    "root:x:0:0:root:/root:/bin/false\nserver:x:100:100::/:/bin/false\n",
		"etc/shadow":                    "root:!:0:0:99999:7:::\nserver:*:0:0:99999:7:::\n",
		"etc/inittab":                   "::sysinit:/etc/init.d/rcS\n::respawn:/usr/sbin/server\n",
		"etc/init.d/rcS":                "#!/bin/sh\nmount -t proc proc /proc\n# gdbserver is not shipped\n",
		"usr/sbin/server":               "\x7fELF\x02\x01\x01\x00specimen " + d.version + "\x00",
		"usr/share/doc/tls/example.pem": armoured(example),
		"usr/share/doc/tls/howto.txt":   "Make a key of your own; the one of the example is known to all.\n",
		"etc/firmware.conf":             "image_md5=" + hexMD5("image") + "\n",
		"usr/lib/opkg/status":           "Package: libtls\nVersion: 3.5.1-1\nStatus: install ok installed\n",
	}
	if key, ok := d.keys.tls.PrivateKey.(*ecdsa.PrivateKey); ok && d.is("firmware-embedded-private-key") {
		files["etc/ssl/private/server.pem"] = armoured(key)
	}
	if d.is("password-hash-unsalted") {
		files["etc/web.conf"] = "admin_password_hash = " + hexMD5(random(12)) + "\n"
	}
	return files
}

func hexMD5(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

func armoured(key *ecdsa.PrivateKey) string {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(fmt.Sprintf("specimen: write a key: %v", err))
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// writeFirmware packs the system of the unit as its maker would ship it, and returns the file's name.
func (d *Device) writeFirmware(dir string) (string, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	t := tar.NewWriter(z)
	files := d.root()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name])), Typeflag: tar.TypeReg}); err != nil {
			return "", err
		}
		t.Write([]byte(files[name])) // into memory
	}
	if err := t.Close(); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	return "firmware.tgz", os.WriteFile(filepath.Join(dir, "firmware.tgz"), b.Bytes(), 0o644)
}
