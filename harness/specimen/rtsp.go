package specimen

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
)

// streams tells whether the device has a server of RTSP: an oddity, or a fault, declared as it is.
func (d *Device) streams() bool {
	return d.any("discovery-open-by-protocol", "rtsp-unauthenticated", "undeclared-microphone-track")
}

// description is what the server says of its stream to whoever has the right to, and as a fault to anybody (RFC 8866).
const description = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=Live\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"

// rtsp answers OPTIONS to anybody, as the protocol has it (RFC 2326, 10.1), and nothing else.
func (d *Device) rtsp(l net.Listener) {
	d.accept(l, func(c net.Conn) {
		in := bufio.NewReader(io.LimitReader(c, 16<<10))
		for {
			method, path, seq, err := rtspRequest(in)
			if err != nil {
				return
			}
			answer, body := "401 Unauthorized", ""
			switch {
			case method == "OPTIONS":
				answer = "200 OK\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY"
			case method == "DESCRIBE" && strings.HasSuffix(path, "/live") && d.is("rtsp-unauthenticated"):
				answer, body = "200 OK\r\nContent-Type: application/sdp", description
			case method == "DESCRIBE" && strings.HasSuffix(path, "/live") && d.is("undeclared-microphone-track"):
				answer, body = "200 OK\r\nContent-Type: application/sdp", strings.Replace(description, "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000", "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 opus/48000", 1)
			}
			fmt.Fprintf(c, "RTSP/1.0 %s\r\nCSeq: %.20s\r\nContent-Length: %d\r\n\r\n%s", answer, seq, len(body), body)
		}
	})
}

// rtspRequest reads the head of one request.
func rtspRequest(in *bufio.Reader) (method, path, seq string, err error) {
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return method, path, seq, err
		}
		line = strings.TrimSpace(line)
		if line == "" {
			return method, path, seq, nil
		}
		if f := strings.Fields(line); method == "" && len(f) > 1 {
			method, path = f[0], f[1]
		}
		if v, is := strings.CutPrefix(strings.ToLower(line), "cseq:"); is {
			seq = strings.TrimSpace(v)
		}
	}
}
