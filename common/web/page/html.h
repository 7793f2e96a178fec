/* html.h - escapers named by the place they write to. Raw is spelled out so a reviewer sees it. */
#ifndef WEB_HTML_H
#define WEB_HTML_H

#include "base/text.h"

void html_raw(struct text *page, const char *markup); /* only literals and what we built */
void html_text(struct text *page, const char *s);     /* & < > " as &amp; &lt; &gt; &quot; */
void html_attr(struct text *page, const char *s);     /* inside "…", same set and ' */

#endif
