/* SPDX-License-Identifier: Apache-2.0 */
/* CSV: a header, then rows; with and without a map of columns. A first byte of 1 to 7
 * stands for a header as published, and what follows is rows: chance writes no header. */
#include <stdlib.h>
#include <string.h>

#include "lib/recordrun.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const headers[] = {
    /* MarineCadastre to 2023, and from 2024 */
    "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,"
    "Length,Width,Draft,Cargo,TransceiverClass\n",
    "mmsi,base_date_time,longitude,latitude,sog,cog,heading,vessel_name,imo,call_sign,"
    "vessel_type,status,length,width,draft,cargo,transceiver\n",
    /* the Danish Maritime Authority, 22 and 26 columns */
    "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,"
    "Heading,IMO,Callsign,Name,Ship type,Cargo type,Width,Length,Type of position fixing "
    "device,Draught,Destination,ETA,Data source type\n",
    "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,"
    "Heading,IMO,Callsign,Name,Ship type,Cargo type,Width,Length,Type of position fixing "
    "device,Draught,Destination,ETA,Data source type,A,B,C,D\n",
    /* Spire */
    "created_at,timestamp,mmsi,msg_type,latitude,longitude,speed,course,heading,rot,imo,"
    "name,call_sign,flag,draught,ship_type,length,width,destination,collection_type\n",
    /* exactEarth */
    "\"MMSI\",\"Message_ID\",\"Time(20210701_185151)\",\"Millisecond\",\"Longitude\","
    "\"Latitude\",\"SOG\",\"COG\",\"Heading\"\n",
    /* statsat */
    "mmsi;lon;lat;date_time_utc;sog;cog\n",
};

static void run_rows(const struct input_conf *conf, const char *header,
                     const uint8_t *data, size_t size)
{
    size_t n = strlen(header);
    uint8_t *text = malloc(n + size);
    if (text == NULL)
        abort();
    memcpy(text, header, n);
    if (size != 0)
        memcpy(text + n, data, size);
    recordrun(conf, text, n + size);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input_conf conf = {.format = INPUT_CSV, .start_ms = INT64_C(1600000000000)};
    if (size != 0 && data[0] >= 1 && data[0] <= sizeof headers / sizeof headers[0]) {
        run_rows(&conf, headers[data[0] - 1], data + 1, size - 1);
        return 0;
    }
    recordrun(&conf, data, size);
    conf.columns = "mmsi=a;lat=b;lon=c;time=d;sog=e;cog=f;heading=g;status=h;imo=i;"
                   "callsign=j;name=k;type=l;length=m;beam=n;to_bow=o;to_stern=p;"
                   "to_port=q;to_starboard=r;draught=s;destination=t;second=u;"
                   "millisecond=v;msg_type=w;station=x;class=y;mobile=z";
    recordrun(&conf, data, size);
    run_rows(&conf, "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z\n", data, size);
    return 0;
}
