package operate

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/secure-by-design/assay/harness/bench/updates"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/http"
	"github.com/secure-by-design/assay/provisions"
)

// Uploads asks whether a web server takes images from anybody: the beginning of the genuine image n is sent to where such ways
// use to be, and as much of noise, its bits turned over. A way that tells them apart knows what an image is. No whole image is sent.
type Uploads struct {
	Port uint16
	TLS  bool
}

// An Upload is what a path answered: 0 is no answer.
type Upload struct {
	Path         string
	Image, Noise int    // status, to the beginning of an image and to noise
	Said         string // to the image
}

// Takes tells a way that takes the beginning of an image and refuses noise.
func (u Upload) Takes() bool {
	return u.Image >= 200 && u.Image < 300 && u.Noise >= 400 && u.Noise < 500
}

// UploadPaths are where such ways use to be.
var UploadPaths = []string{"/update", "/upgrade", "/firmware", "/ota", "/upload", "/fw", "/flash", "/fwupdate", "/doUpdate", "/api/update", "/api/firmware", "/api/ota"}

// header is how much of the image is sent.
const header = 64

// Level is intrusive: something is written to the device that it may keep.
func (Uploads) Level() provisions.Level { return provisions.Intrusive }

func (q Uploads) String() string {
	return fmt.Sprintf("whether the web server on TCP %d takes the beginning of an image", q.Port)
}

// Ask sends. It needs the images of the device file.
func (q Uploads) Ask(ctx context.Context, on *dial.Device) (out []Upload, err error) {
	image, err := beginning(on)
	if err != nil {
		return nil, err
	}
	ctx, end := http.Line(ctx, on, q.Port)
	defer end()
	for _, path := range UploadPaths {
		u, err := q.send(ctx, on, path, image)
		if err == nil && u.Takes() { // once more
			u, err = q.send(ctx, on, path, image)
		}
		if err != nil {
			return out, err
		}
		out = append(out, u)
	}
	return out, nil
}

// send sends noise and the image to one path. Only a closed port or a device that is gone is an error.
func (q Uploads) send(ctx context.Context, on *dial.Device, path string, image []byte) (Upload, error) {
	u := Upload{Path: path}
	var noise []byte
	for _, b := range image {
		noise = append(noise, ^b)
	}
	r := http.Request{Port: q.Port, TLS: q.TLS, Method: "POST", Path: path, Header: map[string]string{"Content-Type": "application/octet-stream"}}
	for _, what := range []struct {
		body []byte
		to   *int
	}{{noise, &u.Noise}, {image, &u.Image}} {
		r.Body = string(what.body)
		got, err := http.Do(ctx, on, r)
		if errors.Is(err, http.ErrClosed) || errors.Is(err, dial.ErrDown) || ctx.Err() != nil {
			return u, err
		}
		if err == nil {
			*what.to = got.Status
			u.Said = strings.ToValidUTF8(string(got.Body[:min(len(got.Body), 160)]), "?")
		}
	}
	return u, nil
}

// beginning is the first part of the genuine image n.
func beginning(on *dial.Device) ([]byte, error) {
	if on.File == nil || on.File.Updates == nil {
		return nil, errNoImages
	}
	declared := on.File.Updates
	files, err := updates.Genuine(declared, "n", updates.Open(on.File))
	if err != nil {
		return nil, fmt.Errorf("send the beginning of an image: %w", err)
	}
	image := files[declared.Layout.File]
	if len(image) == 0 {
		return nil, errors.New("send the beginning of an image: the layout of updates: names no file of image n: write file:")
	}
	return image[:min(header, len(image))], nil
}
