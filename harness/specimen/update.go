package specimen

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// update fetches what a server offers, checks it, and begins to install it. The error is the refusal.
func (d *Device) update(base string, byNight bool) (string, error) {
	if d.is("update-refused-low-battery") {
		return "", errors.New("battery below 30 %, try again later")
	}
	f := &fetcher{d: d, base: strings.TrimRight(base, "/")}
	man, err := f.get("manifest.json")
	if err != nil {
		return "", fmt.Errorf("no update: %w", err)
	}
	sig, _ := f.get("manifest.sig")
	var m manifest
	if json.Unmarshal(man, &m) != nil || m.Image == "" {
		return "", errors.New("the manifest is malformed")
	}
	image, err := f.get(m.Image)
	if err != nil {
		return "", fmt.Errorf("no image: %w", err)
	}
	if err := d.check(man, sig, m, image, f.redirected); err != nil {
		return "", err
	}
	if !d.is("auto-update-needs-tap") || !byNight {
		d.install(m.Version)
	}
	return m.Version, nil
}

// check is the updater's: model, version, signature, then the image itself.
func (d *Device) check(man, sig []byte, m manifest, image []byte, redirected bool) error {
	d.mu.Lock()
	now := d.version
	d.mu.Unlock()
	if m.Model != model && !d.is("update-model-swap-accepted") {
		return errors.New("this image is for another model")
	}
	switch {
	case d.is("update-downgrade-accepted"), d.is("update-replay-accepted"), d.is("owner-downgrade-by-hand"):
	case older(m.Version, now):
		return fmt.Errorf("version %s is older than %s", m.Version, now)
	}
	if m.Version == now {
		return fmt.Errorf("version %s is installed already", now)
	}
	if d.is("update-http-redirect-followed") && redirected {
		return nil
	}
	if err := d.signed(man, sig, m); err != nil {
		return err
	}
	return d.whole(m, image)
}

func (d *Device) signed(man, sig []byte, m manifest) error {
	none := len(sig) != ed25519.SignatureSize || bytes.Equal(sig, make([]byte, len(sig)))
	switch {
	case d.any("update-unsigned-accepted", "unsigned-above-version-accepted") && none:
		return nil
	case d.is("update-app-side-verify-only"): // the app would have looked
		return nil
	}
	key := d.maker.update.Public().(ed25519.PublicKey)
	if d.is("update-wrong-signer-accepted") {
		if k, err := base64.StdEncoding.DecodeString(m.Key); err == nil && len(k) == ed25519.PublicKeySize {
			key = k
		}
	}
	if none || !ed25519.Verify(key, man, sig) {
		return errors.New("the signature is not the maker's")
	}
	return nil
}

func (d *Device) whole(m manifest, image []byte) error {
	if d.is("update-bitflip-accepted") && len(image) == m.Size {
		return nil
	}
	if d.is("update-truncated-accepted") && len(image) < m.Size {
		return nil
	}
	if d.is("update-crc-only") {
		if n := len(image) - 4; n > 0 && crc32.ChecksumIEEE(image[:n]) == binary.BigEndian.Uint32(image[n:]) {
			return nil
		}
		return errors.New("the checksum of the image is wrong")
	}
	if sum := sha256.Sum256(image); hex.EncodeToString(sum[:]) != m.SHA256 || !bytes.HasPrefix(image, []byte(magic)) {
		return errors.New("the image is not the one that was signed")
	}
	return nil
}

func older(a, b string) bool {
	var x, y [3]int
	fmt.Sscanf(a, "%d.%d.%d", &x[0], &x[1], &x[2])
	fmt.Sscanf(b, "%d.%d.%d", &y[0], &y[1], &y[2])
	for i := range x {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return false
}

// install takes its time and restarts; a device that is being stopped begins none.
func (d *Device) install(version string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ctx.Err() != nil {
		return
	}
	d.pending = version
	d.Clock.Busy(1) // before the answer: the clock must not run ahead of the installation
	d.wg.Go(func() {
		defer d.Clock.Busy(-1)
		if d.Clock.Sleep(d.ctx, d.Install) != nil {
			return
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.version, d.pending = version, ""
		d.reboot()
	})
}

// A fetcher is the device's update client.
type fetcher struct {
	d          *Device
	base       string
	redirected bool
}

func (f *fetcher) get(name string) ([]byte, error) {
	ctx, done := context.WithTimeout(f.d.ctx, 10*time.Second)
	defer done()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, f.base+"/"+name, nil)
	if err != nil {
		return nil, errors.New("that is no address")
	}
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: f.d.Options.Addr.AsSlice()}}
	c := &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error {
		if !f.d.is("update-http-redirect-followed") {
			return errors.New("redirects are not followed")
		}
		f.redirected = true
		return nil
	}}
	resp, err := c.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", name, resp.Status)
	}
	return io.ReadAll(io.LimitReader(resp.Body, 1<<20))
}
