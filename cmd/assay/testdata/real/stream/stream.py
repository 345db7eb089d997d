import sys
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer

# A picture that moves, as motion JPEG, at a port; by a kind of password, for admin/admin alone.
Gst.init(None)
server = GstRtspServer.RTSPServer.new()
server.set_service(sys.argv[1])
film = GstRtspServer.RTSPMediaFactory.new()
film.set_launch("( videotestsrc is-live=true ! video/x-raw,format=I420,width=160,height=120,framerate=5/1 ! jpegenc ! rtpjpegpay name=pay0 )")
if len(sys.argv) > 2:
    auth = GstRtspServer.RTSPAuth.new()
    token = GstRtspServer.RTSPToken.new()
    token.set_string("media.factory.role", "user")
    if sys.argv[2] == "digest":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest("admin", "admin", token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic("admin", "admin"), token)
    server.set_auth(auth)
    film.add_role_from_structure(Gst.Structure.new_from_string("user, media.factory.access=true, media.factory.construct=true"))
server.get_mount_points().add_factory("/live", film)
server.attach(None)
GLib.MainLoop().run()
