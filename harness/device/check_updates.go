package device

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// updates checks the genuine images and their layout.
func (c *checker) updates(u *Updates) {
	if u.InstallS <= 0 && c.whole("updates") {
		c.say("updates/install_s", "updates have no install_s", "write how many seconds the genuine installation takes")
	}
	for _, need := range []string{"n-1", "n"} {
		if _, ok := u.Images[need]; !ok && c.whole("updates") {
			c.say("updates/images", fmt.Sprintf("there is no image %q", need), "attacks are made from the images n-1 (installed) and n: add both")
		}
	}
	versions := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(u.Images)) {
		image := u.Images[key]
		path := "updates/images/" + key
		c.one(path, key, images)
		c.must(path, "version", image.Version, "write it as the device shows it")
		if key != "other-model" && image.Version != "" {
			if other := versions[image.Version]; other != "" {
				c.say(path+"/version", fmt.Sprintf("%s has the version of %s", key, other), "an update is shown by another version")
			}
			versions[image.Version] = key
		}
		if len(image.Files) == 0 && c.whole(path) {
			c.say(path, key+" has no files", "add files: {name: PATH}")
		}
		for name, file := range image.Files {
			c.there(path+"/files/"+name, file)
		}
	}
	c.layout(u)
	for path, file := range u.Serve {
		at := below("updates/serve", path)
		c.imageFile(at, file, u)
		for _, m := range Placeholder.FindAllStringSubmatch(path, -1) {
			if m[1] != "version" {
				c.say(at, fmt.Sprintf("nothing gives {%s}", m[1]), "a path may hold {version}")
			}
		}
	}
}

// imageFile notes a file name that not every image has.
func (c *checker) imageFile(path, file string, u *Updates) {
	for _, key := range slices.Sorted(maps.Keys(u.Images)) {
		if _, ok := u.Images[key].Files[file]; !ok {
			c.say(path, fmt.Sprintf("the image %s has no file %q", key, clip(file)), nearest(file, slices.Sorted(maps.Keys(u.Images[key].Files))))
			return
		}
	}
}

func (c *checker) layout(u *Updates) {
	l, path := u.Layout, "updates/layout"
	if l.File == "" {
		if !c.whole(path) {
			return
		}
		c.say(path, "the layout names no file", "write file: with the name of the file that holds the payload")
		return
	}
	c.imageFile(path+"/file", l.File, u)
	for key, p := range map[string]*Place{"signature": l.Signature, "signed": l.Signed, "public_key": l.PublicKey, "version": l.Version, "payload": l.Payload} {
		if p != nil {
			c.part(path+"/"+key, *p, u)
		}
	}
	for i, p := range l.Versions {
		c.part(fmt.Sprintf("%s/versions/%d", path, i), p, u)
	}
	for i, s := range l.Sums {
		at := fmt.Sprintf("%s/sums/%d", path, i)
		if s.Kind == "" {
			c.say(at, "a sum has no kind", "write kind: crc32 or sha256")
		}
		c.part(at+"/of", s.Of, u)
		c.part(at+"/in", s.In, u)
	}
}

// part checks a place.
func (c *checker) part(path string, p Place, u *Updates) {
	if p.File != "" {
		c.imageFile(path+"/file", p.File, u)
	}
	if p.JSON == "" {
		return
	}
	if !strings.HasPrefix(p.JSON, "/") {
		c.say(path+"/json", fmt.Sprintf("the JSON pointer is %q", clip(p.JSON)), "write /name (RFC 6901)")
	}
	if p.At != 0 || p.Length != 0 {
		c.say(path, "a place is bytes and a JSON value too", "write json:, or at: and length:")
	}
}
