package mutate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness/probe/http"
)

// urls are odd addresses, as they stand in the request line.
func urls() input {
	in := input{name: "URL"}
	for _, t := range []string{
		"/%", "/%zz", "/%00", "/%c0%ae%c0%ae/", "/%252e%252e/", "//", "///device//", "/;a=b;c", "/?" + strings.Repeat("a=b&", 2000), "/?a[b][c][d]=1&a[]=2", "/?=&=&", "/#a", "/*", "*", "?", "http://device:99999/", "http://a@b@c/",
		"/" + strings.Repeat("a/", 2000), "/" + strings.Repeat("%41", 3000), "/" + strings.Repeat("../", 300), "/\xff\xfe", "/\u202e", "/a b", "/a\tb", "/\x7f", "/CON", "/..;/", "/.%2e/", "/?q=" + strings.Repeat("%f0%9f%98%80", 500),
	} {
		in.raw = append(in.raw, request{method: "GET", target: t})
	}
	return in
}

// typed is a body with its content type.
func typed(target, kind, body string) request {
	return request{method: "POST", target: target, header: [][2]string{{"Content-Type", kind}}, body: body}
}

// multipart are bodies of that kind (RFC 7578, RFC 2046) for a form: with parts that do not end, headers that lie, boundaries that are none.
func multipart(target, field string, login bool) input {
	part := func(head, value string) string { return "--assay\r\n" + head + "\r\n\r\n" + value + "\r\n" }
	named := func(name string) string { return fmt.Sprintf(`Content-Disposition: form-data; name="%s"`, name) }
	file := named(field) + `; filename="%s"` + "\r\nContent-Type: %s"
	with := func(kind, body string) request { return typed(target, kind, body) }
	const kind, end = "multipart/form-data; boundary=assay", "--assay--\r\n"
	in := input{name: "multipart for " + target, login: login}
	for _, b := range []string{
		part(named(field), "1"), "--assay", end, "", part(named(field), "1") + "--assay", part(named(strings.Repeat("A", 5000)), "1") + end, strings.Repeat(part(named(field), "1"), 500) + end,
		part(`Content-Disposition: form-data; name="`, "1") + end, part("Content-Disposition: form-data", "1") + end, part("", "1") + end, part(strings.Repeat("A: b\r\n", 500)+named(field), "1") + end,
		part(fmt.Sprintf(file, "../../../../tmp/assay-none", "text/plain"), "assay") + end, part(fmt.Sprintf(file, strings.Repeat("A", 5000), "text/plain"), "assay") + end, part(fmt.Sprintf(file, "a\x00.txt", "text/plain"), "assay") + end,
		part(fmt.Sprintf(file, "assay.txt", strings.Repeat("a/", 2000)), "assay") + end, part(named(field)+"\r\nContent-Length: -1", "1") + end, part(named(field)+"\r\nContent-Transfer-Encoding: base64", "%%%") + end,
		part(named(field)+"\r\nContent-Type: multipart/mixed; boundary=assay", "--assay\r\n\r\n--assay--") + end,
	} {
		in.raw = append(in.raw, with(kind, b))
	}
	for _, k := range []string{"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + strings.Repeat("a", 1025), "multipart/form-data; boundary=\x01", "multipart/form-data; boundary=\"", "multipart/;"} {
		in.raw = append(in.raw, with(k, part(named(field), "1")+end))
	}
	return in
}

// xml are documents for an address that takes them: entities that unfold or lead to a file, depth, ends that lack.
func xml(target string) input {
	in := input{name: "XML for " + target}
	again := func(n int, armed bool) request {
		file := "etc/passwd"
		if !armed {
			file = fmt.Sprintf("etc/assay-%d", n)
		}
		return typed(target, "text/xml", `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///`+file+`">]><a>&b;</a>`)
	}
	in.first = []mutant{{input: in.name, kind: "path", request: again(0, true), oracle: "path", again: again, sign: passwd}}
	unfolds := `<!DOCTYPE a [<!ENTITY b0 "assay">`
	for i := range 5 { // a hundred thousand times: more than any document, less than what harms who bounds it
		unfolds += fmt.Sprintf("<!ENTITY b%d %q>", i+1, strings.Repeat(fmt.Sprintf("&b%d;", i), 10))
	}
	for _, b := range []string{
		unfolds + "]><a>&b5;</a>", `<!DOCTYPE a [<!ENTITY b "&c;"><!ENTITY c "&b;">]><a>&b;</a>`, strings.Repeat("<a>", 5000), strings.Repeat("<a>", 3000) + strings.Repeat("</a>", 3000), "<a", "<a>", "</a>", "<a b=>", "<a b='1' b='2'/>", "<a b=\"" + strings.Repeat("A", 8193) + "\"/>",
		"<" + strings.Repeat("A", 8193) + "/>", `<?xml version="9.9" encoding="none"?><a/>`, "\xff\xfe<\x00a\x00/\x00", "<a>&#0;&#xffffffff;&none;</a>", "<![CDATA[", "<!--", "<?", "\x00", "", "<a xmlns:b=''><b:c/></a>", "<a " + strings.Repeat("b='c' ", 1000) + "/>",
		`<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body></s:Body></s:Envelope>`, `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>` + strings.Repeat("<a/>", 1000) + "</s:Header><s:Body><assay/></s:Body></s:Envelope>",
	} {
		in.raw = append(in.raw, typed(target, "text/xml", b))
	}
	return in
}

// confused are bodies that are not of the kind that they say, for an address that takes a body.
func confused(target string, login bool) input {
	in := input{name: "content type for " + target, login: login}
	for _, kind := range []string{"application/json", "text/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=assay", "application/octet-stream", "text/plain", "application/json; charset=utf-16", strings.Repeat("a", 1025), "/", ""} {
		for _, body := range []string{`{"a":1}`, "<a/>", "a=b", "--assay--"} {
			in.raw = append(in.raw, typed(target, kind, body))
		}
	}
	return in
}

// envelopes are where programs often post XML: ONVIF, HNAP, UPnP and other SOAP.
var envelopes = []string{"/onvif/device_service", "/HNAP1/", "/upnp/control", "/soap", "/services"}

// documents are the addresses that take XML: those of the list, and those that show XML, where an ordinary document is answered
// otherwise than at an address that nobody can have made.
func (s *session) documents(ctx context.Context, site http.Site) (out []input) {
	places := slices.Clone(envelopes)
	for _, p := range site.Pages {
		if strings.Contains(p.Type, "xml") && !strings.Contains(p.Type, "html") && !p.Same && !http.Acts(p.Path) && len(places) < maxFolders {
			places = append(places, p.Path)
		}
	}
	none := s.send(ctx, typed("/assay-6e1b0c", "text/xml", "<a/>")).status
	for _, p := range places {
		switch got := s.send(ctx, typed(p, "text/xml", "<a/>")).status; got {
		case 0, none, 404, 405, 410, 429, 501:
		default:
			out = append(out, xml(p))
		}
	}
	return out
}

// posted are the ways to send another kind of body to a form.
func posted(target string, names []string, login bool) []input {
	if len(names) == 0 {
		return nil
	}
	return []input{multipart(target, names[0], login), confused(target, login)}
}
