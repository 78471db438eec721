"""What the console costs and how late it is, with the real parts: control room, server and pages.

`load`
    processor time of the server for many pages, beside plain broadcasting
`latency`
    from the control room's being told to the pixel in Chromium
`flood`
    a page while alarms come by the second
`heap`
    what frames leave behind in the browser
"""
